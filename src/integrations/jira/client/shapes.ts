import { z } from 'zod';

/** What is absent is null. */
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().transform((value) => value ?? null);
const idText = z.union([z.string(), z.number()]).transform(String);

export const person = z.object({
  accountId: z.string().optional(),
  /** Data Center's. */
  name: z.string().optional(),
  key: z.string().optional(),
  accountType: z.string().optional(),
  displayName: z.string().catch(''),
  emailAddress: z.string().min(1).optional().catch(undefined),
  active: z.boolean().optional(),
});

export const status = z.object({
  name: z.string(),
  statusCategory: z.object({ key: z.string() }).optional(),
});

export const file = z.object({
  id: idText,
  filename: z.string(),
  size: z.number(),
  mimeType: z.string().optional(),
  created: z.string(),
  author: maybe(person),
});

export const comment = z.object({
  id: idText,
  author: maybe(person),
  body: z.unknown(),
  created: z.string(),
  updated: z.string(),
  visibility: z.unknown().optional(),
  jsdPublic: z.boolean().optional(),
  properties: z.array(z.object({ key: z.string(), value: z.unknown() })).optional(),
});

export const issue = z.object({
  id: idText,
  key: z.string(),
  fields: z
    .object({
      /** With an issue by itself; some sites cut them short. */
      comment: maybe(z.object({ comments: z.array(comment), total: z.number() })).catch(null),
      summary: maybe(z.string()),
      status: maybe(status),
      assignee: maybe(person),
      updated: maybe(z.string()),
      created: maybe(z.string()),
      project: maybe(z.object({ key: z.string() })),
      attachment: maybe(z.array(file)),
    })
    .catch({
      comment: null,
      summary: null,
      status: null,
      assignee: null,
      updated: null,
      created: null,
      project: null,
      attachment: null,
    }),
  properties: z.record(z.string(), z.unknown()).optional(),
});

export const issueType = z.object({ id: idText, name: z.string(), subtask: z.boolean().optional() });

export const field = z.object({
  fieldId: z.string(),
  name: z.string(),
  required: z.boolean(),
  hasDefaultValue: z.boolean().catch(false),
  schema: z.object({ type: z.string().optional(), custom: z.string().optional() }).optional(),
  allowedValues: z
    .array(z.object({ id: idText.optional(), name: z.string().optional(), value: z.string().optional() }))
    .optional()
    .catch(undefined),
});

export const project = z.object({
  id: idText,
  key: z.string(),
  name: z.string(),
  /** Those that may be made in it; Data Center does not name them here. */
  issueTypes: z.array(issueType).optional(),
});

export const board = z.object({
  id: idText,
  name: z.string(),
  location: z.object({ projectKey: z.string().optional() }).optional(),
});

export const transition = z.object({ id: idText, name: z.string(), to: status.optional() });

export type JiraPerson = z.infer<typeof person>;
export type JiraFile = z.infer<typeof file>;
export type JiraComment = z.infer<typeof comment>;
export type JiraIssue = z.infer<typeof issue>;
export type JiraIssueType = z.infer<typeof issueType>;
export type JiraField = z.infer<typeof field>;
export type JiraProject = z.infer<typeof project>;
export type JiraBoard = z.infer<typeof board>;
export type JiraTransition = z.infer<typeof transition>;
