import type { IdentityProvider } from '../../src/people/credentials/identity-provider.ts';
import { standInAddress } from '../../src/people/requesters/page-only.ts';

/** A provider that believes every token made by `requesterToken`, and gives whoever it names the role requester. */
export const requesterProvider: IdentityProvider = {
  identify: async (token) => {
    const [mark, said = ''] = token.split('.');
    if (mark !== 'requester') return null;
    const { email, name } = JSON.parse(Buffer.from(said, 'base64url').toString()) as Named;
    const address = email ?? standInAddress('https://login.example.com/', name);
    return { email, address, name, role: 'requester' };
  },
};

type Named = { readonly email: string | null; readonly name: string };

/** A JWT of somebody; without an address the provider tells none. */
export function requesterToken(email: string | null, name = ''): string {
  return `requester.${Buffer.from(JSON.stringify({ email, name })).toString('base64url')}.x`;
}

export const MARIA = requesterToken('maria@example.org', 'Maria');

/** An operator's token where operators call, and Maria's where requesters do. */
export function tokenFor(path: string, token: string): string {
  return path.startsWith('/v1/my-requests') ? MARIA : token;
}
