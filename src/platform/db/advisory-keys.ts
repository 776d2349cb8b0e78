/**
 * Every advisory lock of the desk. Any fixed numbers will do, as long as each version of the server uses the same: two
 * that share one would wait for each other.
 */
export const ADVISORY_KEYS = {
  /** Held while the schema is migrated. */
  migrate: 7_245_001,
  /** Held while the deliveries of a day are counted against an account's limit. */
  dailyLimit: 7_245_002,
} as const;
