/** A node of Atlassian's document format. */
export type AdfNode = {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly marks?: readonly { readonly type: string; readonly attrs?: Readonly<Record<string, unknown>> }[];
  readonly content?: readonly AdfNode[];
};

/** A whole document. */
export type AdfDocument = {
  readonly version: 1;
  readonly type: 'doc';
  readonly content: readonly AdfNode[];
};

export function paragraph(content: readonly AdfNode[]): AdfNode {
  return { type: 'paragraph', content };
}
