/**
 * Every advisory lock of the desk. Any fixed numbers will do, as long as each version of the server uses the same: two
 * that share one would wait for each other.
 */
export const ADVISORY_KEYS = {
  /** Held while the schema is migrated. */
  migrate: 7_245_001,
  /** Held while the deliveries of a day are counted against an account's limit. */
  dailyLimit: 7_245_002,
  /** With a mailbox's id: held while the last notices that it may send in an hour are given out. */
  noticeCap: 7_245_003,
  /** Held while what visitors have posted is counted against the limits. */
  formPosts: 7_245_004,
} as const;
