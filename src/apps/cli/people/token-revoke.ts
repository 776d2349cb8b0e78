import { revokeToken } from '../../../people/credentials/revoke-token.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';

export const tokenRevoke = command({
  options: {
    id: { type: 'string', value: 'ID', required: true, sentence: 'Its number, as token list shows it.' },
  },
  async run(desk, { id }) {
    if (!ID_TEXT.test(id)) throw invalidField('/id', 'is a number, as token list shows it');
    const tokenId = Number(id);
    await revokeToken(desk, { kind: 'system' }, { tokenId });
    return { text: `Revoked token ${tokenId}.\n`, json: { id: tokenId, revoked: true } };
  },
});
