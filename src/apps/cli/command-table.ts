import type { ListedCommand } from './command.ts';

/** Every command, in the order in which help lists them. Its code is loaded when it is called or explained. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'migrate',
    summary: 'Brings the database up to the schema of this version; the server does the same when it starts.',
    load: async () => (await import('./desk/migrate.ts')).migrateCommand,
  },
  {
    name: 'operator add',
    summary: 'Adds an operator, who answers; create a token for them with token create.',
    load: async () => (await import('./people/operator-add.ts')).operatorAdd,
  },
  {
    name: 'operator list',
    summary: 'Lists the operators in the order in which they were added.',
    load: async () => (await import('./people/operator-list.ts')).operatorList,
  },
  {
    name: 'token create',
    summary: 'Creates a token for an operator and prints it, once: only its hash is stored.',
    load: async () => (await import('./people/token-create.ts')).tokenCreate,
  },
  {
    name: 'token list',
    summary: "Lists an operator's tokens, revoked ones included; never the tokens themselves.",
    load: async () => (await import('./people/token-list.ts')).tokenList,
  },
  {
    name: 'token revoke',
    summary: 'Revokes a token; it is refused from the next call on.',
    load: async () => (await import('./people/token-revoke.ts')).tokenRevoke,
  },
  {
    name: 'mailbox add',
    summary: 'Adds an address as a mailbox, and prints the relay secret of a Gmail one.',
    load: async () => (await import('./mailboxes/mailbox-add.ts')).mailboxAdd,
  },
  {
    name: 'mailbox list',
    summary: 'Lists the mailboxes, each with what its relay last reported.',
    load: async () => (await import('./mailboxes/mailbox-list.ts')).mailboxList,
  },
  {
    name: 'mailbox rotate-secret',
    summary:
      'Creates a new relay secret for a mailbox and prints it; the old one stays valid until the relay first uses the new one.',
    load: async () => (await import('./mailboxes/mailbox-rotate-secret.ts')).mailboxRotateSecret,
  },
  {
    name: 'mailbox smtp',
    summary: "Sets or removes a mailbox's own SMTP account; it is stored encrypted.",
    load: async () => (await import('./mailboxes/mailbox-smtp.ts')).mailboxSmtp,
  },
  {
    name: 'smtp check',
    summary:
      'Tests the SMTP account of one mailbox or of all, and says in plain words what is wrong. Sends nothing.',
    load: async () => (await import('./mailboxes/smtp-check.ts')).smtpCheck,
  },
  {
    name: 'relay print',
    summary:
      "Prints a mailbox's relay script with address and secret filled in, for its project on script.google.com.",
    load: async () => (await import('./relays/relay-print.ts')).relayPrint,
  },
  {
    name: 'relay install',
    summary:
      "Installs a mailbox's relay in its Google account: labels, filter and script. Run it again to update them.",
    load: async () => (await import('./relays/relay-install.ts')).relayInstall,
  },
  {
    name: 'relay disconnect',
    summary: "Returns and deletes the permission to a mailbox's Google account; the relay keeps working.",
    load: async () => (await import('./relays/relay-disconnect.ts')).relayDisconnect,
  },
  {
    name: 'microsoft connect',
    summary:
      'Connects a mailbox to Microsoft 365, by the secret or certificate of an app or by a person who signs in; stored encrypted.',
    load: async () => (await import('./microsoft/microsoft-connect.ts')).microsoftConnect,
  },
  {
    name: 'microsoft check',
    summary:
      'Tests whether a mailbox of Microsoft 365 can be read and sent from, and that another one is refused. Changes nothing.',
    load: async () => (await import('./microsoft/microsoft-check.ts')).microsoftCheck,
  },
  {
    name: 'microsoft disconnect',
    summary: "Deletes a mailbox's credentials for Microsoft 365; the desk stops fetching from it.",
    load: async () => (await import('./microsoft/microsoft-disconnect.ts')).microsoftDisconnect,
  },
  {
    name: 'reconcile',
    summary:
      'Compares a mailbox at Google or Microsoft with the desk and, with --apply, takes in what is missing.',
    load: async () => (await import('./relays/reconcile.ts')).reconcileCommand,
  },
  {
    name: 'jira connect',
    summary: 'Connects a Jira site by a token or an OAuth app; what is stored is encrypted.',
    load: async () => (await import('./jira/jira-connect.ts')).jiraConnect,
  },
  {
    name: 'jira check',
    summary: 'Checks the account, the permissions and the mappings of each Jira connection.',
    load: async () => (await import('./jira/jira-check.ts')).jiraCheck,
  },
  {
    name: 'jira disconnect',
    summary: 'Ends a connection to Jira and deletes its credential.',
    load: async () => (await import('./jira/jira-disconnect.ts')).jiraDisconnect,
  },
  {
    name: 'jira reconcile',
    summary: 'Compares the desk with Jira, and catches up on what was missed.',
    load: async () => (await import('./jira/jira-reconcile.ts')).jiraReconcile,
  },
  {
    name: 'intake replay',
    summary: 'Processes quarantined messages again after a fix: files what failed, keeps what a rule holds.',
    load: async () => (await import('./desk/intake-replay.ts')).intakeReplay,
  },
  {
    name: 'files move',
    summary:
      'Moves large originals and attachments to the bucket or back to the database, now and from now on, while the desk goes on.',
    load: async () => (await import('./desk/files-move.ts')).filesMove,
  },
  {
    name: 'files status',
    summary:
      'Tells how many files lie in the bucket, how many in the database, and whether the bucket answers.',
    load: async () => (await import('./desk/files-status.ts')).filesStatus,
  },
  {
    name: 'files scan',
    summary: 'Has the virus scanner look again at the files that it holds, or at all of them.',
    load: async () => (await import('./desk/files-scan.ts')).filesScan,
  },
  {
    name: 'search rebuild',
    summary:
      'Rewrites the search words that an older version stored, as the server does by itself. If stopped, it continues next time.',
    load: async () => (await import('./desk/search-rebuild.ts')).searchRebuild,
  },
  {
    name: 'reports rebuild',
    summary:
      'Recomputes what reports count from the requests and their history; it should find nothing that differs.',
    load: async () => (await import('./desk/reports-rebuild.ts')).reportsRebuild,
  },
  {
    name: 'backup',
    summary:
      'Copies the embedded database as it is at one moment into a new folder; servers may go on meanwhile.',
    load: async () => (await import('./desk/backup.ts')).backupCommand,
  },
  {
    name: 'restore',
    summary:
      'Puts a back-up into a DATA_DIR without a database, compares every file, and starts it to see that it holds.',
    load: async () => (await import('./desk/restore.ts')).restoreCommand,
  },
  {
    name: 'retention',
    summary: 'Lets go of what mailboxes no longer keep, as the server does each night; --dry-run counts it.',
    load: async () => (await import('./desk/retention.ts')).retention,
  },
  {
    name: 'erase',
    summary:
      'Erases a contact, a request, a message or an attachment for good; the same message is not filed again.',
    load: async () => (await import('./desk/erase.ts')).erase,
  },
];
