import type { z } from 'zod';
import { type mappingSchema, type newMappingSchema, rulesSchema } from './schemas.ts';

/** A mapping as somebody asks for it. */
export type NewMapping = z.infer<typeof newMappingSchema> & { readonly mailboxId: number };

/** How a mailbox's requests become issues, and what passes between the two afterwards. */
export type Mapping = z.infer<typeof mappingSchema> & { readonly mailboxId: number };

export type MappingRules = z.infer<typeof rulesSchema>;
export type Hears = MappingRules['hears'];
export type StatusVerb = MappingRules['verbs'][string];

/** What holds for requests of a mailbox that has none. */
export const UNMAPPED: MappingRules = rulesSchema.parse({});
