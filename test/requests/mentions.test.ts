import { expect, test } from 'vitest';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

test('a note tells by an event whom it names, and nobody who does not serve the mailbox', async () => {
  const { ann, lea, ...desk } = await testDesk(deps, ['Ann', 'Lea']);
  const other = await insertDesk(db, 'other@example.com');
  const requestId = await insertRequest(db, desk);
  const leaLong = await testOperator(deps, { name: 'Lea-Long' });
  await testOperator(deps, { name: 'Otto', mailboxIds: [other.mailboxId] });
  const mentionedBy = async (text: string): Promise<readonly unknown[]> => {
    const note = await call('POST', `/v1/requests/${requestId}/notes`, { token: ann.token, body: { text } });
    expect(note.status).toBe(201);
    const { id } = (await note.json()) as { id: number };
    return db`select new from events where message_id = ${id} and type = 'operator.mentioned' order by id`;
  };
  const told = (who: { readonly id: number }, name: string) => ({ new: { operatorId: who.id, name } });
  expect(await mentionedBy('@lea-long: look, please')).toEqual([told(leaLong, 'Lea-Long')]);
  expect(await mentionedBy('(@Lea) and @Lea-Long.')).toEqual([told(lea, 'Lea'), told(leaLong, 'Lea-Long')]);
  expect(await mentionedBy('@Ann, @Otto, @Leander, x@lea.example, lea@Lea')).toEqual([]);
});
