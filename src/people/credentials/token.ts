/** A token in lists; the token itself is shown once, when it is created. */
export type Token = {
  readonly id: number;
  readonly operatorId: number;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  /** `read`: whatever the operator may do, this token only looks. */
  readonly scope: TokenScope;
  /** Null: it holds until it is revoked. */
  readonly expiresAt: Date | null;
};

export type TokenScope = 'full' | 'read';
