/** Every table whose rows hold a file, or name one in the bucket by `file_hash`; and the column that holds the bytes. */
export const KEPT_TABLES = {
  original: { table: 'intake', column: 'raw' },
  attachment: { table: 'attachments', column: 'content' },
  draftFile: { table: 'draft_files', column: 'content' },
} as const;

export type KeptFile = { readonly what: keyof typeof KEPT_TABLES; readonly id: number };
