import { readFile } from 'node:fs/promises';
import { platform, userInfo } from 'node:os';

/** Whom PostgreSQL runs as, and how to get there: `prefix` goes before every command. */
export type Privileges = { readonly prefix: readonly string[] };

export type Host = { readonly uid: number; readonly platform: string };

type Owner = { readonly uid: number; readonly gid: number };

const NOBODY: Owner = { uid: 65_534, gid: 65_534 };

/**
 * PostgreSQL refuses to run as root. So root hands it to the cluster's owner, or to `nobody` for a new one, who keeps
 * the one capability that lets it into a folder that only root may enter. Anybody else runs it as themselves.
 */
export async function choosePrivileges(host: Host, clusterOwner: Owner | undefined): Promise<Privileges> {
  if (host.uid !== 0) {
    if (clusterOwner !== undefined && host.platform !== 'win32' && clusterOwner.uid !== host.uid) {
      throw new Error(
        `The embedded database belongs to user ${clusterOwner.uid}, and this is user ${host.uid}: start Mailroom as ` +
          'the user (or root) that started it first, or give it another DATA_DIR.',
      );
    }
    return { prefix: [] };
  }
  if (host.platform !== 'linux') {
    throw new Error(
      'The embedded PostgreSQL does not run as root on this system: start Mailroom as an ordinary user, or set DATABASE_URL.',
    );
  }
  const owner = clusterOwner === undefined || clusterOwner.uid === 0 ? await nobody() : clusterOwner;
  return {
    prefix: [
      'setpriv',
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      '--securebits=+no_setuid_fixup',
    ],
  };
}

/** Whose a new cluster's files have to be when this process makes them itself; null: its own. */
export async function newClusterOwner(): Promise<Owner | null> {
  return userInfo().uid === 0 && platform() === 'linux' ? nobody() : null;
}

// initdb wants an account with a name, and not every system gives nobody the same number.
async function nobody(): Promise<Owner> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return uid === undefined || gid === undefined ? NOBODY : { uid: Number(uid), gid: Number(gid) };
}
