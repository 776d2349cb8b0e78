import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Operator } from '../operators/operator.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { TOKEN_SORTS, type TokenSort } from './token-sorts.ts';
import type { Token, TokenScope } from './token.ts';
import { operatorColumns } from '../operators/operator-columns.ts';

const tokenColumns = (db: Queryable) =>
  db`t.id, t.operator_id, t.name, t.created_at, t.last_used_at, t.revoked_at, t.scope, t.expires_at`;

export type OperatorWithToken = Operator & {
  readonly tokenId: number;
  readonly tokenUsedAt: Date | null;
  readonly tokenScope: TokenScope;
  readonly tokenKind: TokenKind;
};

/** A token is sent by a program in a header, a session by a browser in a cookie. */
export type TokenKind = 'token' | 'session';

/** The active operator to whom a token belongs that is neither revoked nor expired, or null. */
export async function findOperatorByToken(
  db: Queryable,
  hash: Buffer,
  now: Date,
): Promise<OperatorWithToken | null> {
  const [row] = await db<OperatorWithToken[]>`
    select ${operatorColumns(db)}, t.id as token_id, t.last_used_at as token_used_at, t.scope as token_scope,
      t.kind as token_kind
    from tokens t
    join operators o on o.id = t.operator_id
    where t.hash = ${hash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now}) and o.active`;
  return row ?? null;
}

/** Notes a token's use, unless another process has noted one since `before`. */
export async function markTokenUsed(db: Queryable, tokenId: number, now: Date, before: Date): Promise<void> {
  await db`
    update tokens
    set last_used_at = ${now}
    where id = ${tokenId} and (last_used_at is null or last_used_at <= ${before})`;
}

/** An operator as the owner of tokens, or null. */
export async function findOwner(db: Queryable, operatorId: number): Promise<Operator | null> {
  const [row] = await db<
    Operator[]
  >`select ${operatorColumns(db)} from operators o where o.id = ${operatorId}`;
  return row ?? null;
}

/** The operator with an address in its stored form, or null. */
export async function findOwnerByEmail(db: Queryable, email: string): Promise<Operator | null> {
  const [row] = await db<Operator[]>`select ${operatorColumns(db)} from operators o where o.email = ${email}`;
  return row ?? null;
}

/** The new token's row. */
export async function insertToken(
  db: Queryable,
  values: {
    readonly operatorId: number;
    readonly name: string;
    readonly hash: Buffer;
    readonly createdAt: Date;
    readonly kind?: TokenKind;
    readonly scope?: TokenScope;
    readonly expiresAt?: Date | null;
  },
): Promise<Token> {
  const [row] = await db<Token[]>`
    insert into tokens as t (operator_id, name, hash, created_at, kind, scope, expires_at)
    values (${values.operatorId}, ${values.name}, ${values.hash}, ${values.createdAt}, ${values.kind ?? 'token'},
      ${values.scope ?? 'full'}, ${values.expiresAt ?? null})
    returning ${tokenColumns(db)}`;
  if (row === undefined) throw new Error('insert returned no row');
  return row;
}

/** An operator's tokens, revoked ones included, in the order asked for. */
export async function listTokenRows(
  db: Queryable,
  operatorId: number,
  page: PageRange<TokenSort>,
): Promise<(Token & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${TOKEN_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(Token & { readonly sortValue: string | null })[]>`
    select ${tokenColumns(db)}, ${TOKEN_SORTS.value(db, page.sort)} as sort_value
    from tokens t
    where t.operator_id = ${operatorId} and t.kind = 'token' ${after}
    ${TOKEN_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countTokens(db: Queryable, operatorId: number): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from tokens where operator_id = ${operatorId} and kind = 'token'`;
  return row?.total ?? 0;
}

/** The token with an id, locked for the transaction, or null. */
export async function lockToken(db: Queryable, tokenId: number): Promise<Token | null> {
  const [row] = await db<
    Token[]
  >`select ${tokenColumns(db)} from tokens t where t.id = ${tokenId} for update`;
  return row ?? null;
}

/** Ends a token's validity. */
export async function markTokenRevoked(db: Queryable, tokenId: number, now: Date): Promise<void> {
  await db`update tokens set revoked_at = ${now} where id = ${tokenId}`;
}

/** Ends the validity of all tokens of an operator; returns the ids of those it ended. */
export async function markTokensRevoked(tx: Transaction, operatorId: number, at: Date): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    update tokens
    set revoked_at = ${at}
    where operator_id = ${operatorId} and revoked_at is null
    returning id`;
  return rows.map((row) => row.id);
}

/** Ends a session that still holds. */
export async function markSessionEnded(db: Queryable, hash: Buffer, now: Date): Promise<void> {
  await db`update tokens set revoked_at = ${now} where hash = ${hash} and kind = 'session' and revoked_at is null`;
}
