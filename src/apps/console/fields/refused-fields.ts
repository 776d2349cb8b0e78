import type { AskedField } from '../../../requests/fields/field.ts';
import type { Problem } from '../../../platform/problems.ts';
import type { Form } from '../parts/forms.ts';
import type { Visit } from '../shell/visit.ts';
import { SHOWN } from './values-in-form.ts';
import { fieldWords } from './words.ts';

/** A form of a request that was refused: `verb` is the last part of its path. */
export type RefusedForm = { readonly verb: string; readonly typed: Form; readonly problem: Problem };

/** What is wrong with fields, by their keys, and the form in which they were given. */
export type FieldRefusal = { readonly faults: ReadonlyMap<string, string>; readonly typed: Form };

/** What is to be settled once its fields are right: those that it lacks, or that were given with it. */
export type Settling = FieldRefusal & {
  readonly verb: 'resolve' | 'close' | 'replies';
  readonly fields: readonly AskedField[];
};

export type RefusedFields = {
  /** Of the values in the side panel. */
  readonly values: FieldRefusal | null;
  readonly settling: Settling | null;
};

const SETTLING = ['resolve', 'close', 'replies'] as const;

/** What a refusal says of a request's fields, each fault as it stands beside its field. */
export function refusedFields(
  visit: Visit,
  refused: RefusedForm | null,
  asked: readonly AskedField[],
): RefusedFields {
  const faults = refused === null ? new Map<string, string>() : faultsIn(visit, refused.problem, asked);
  if (refused === null || faults.size === 0) return { values: null, settling: null };
  const { typed } = refused;
  const verb = SETTLING.find((each) => each === refused.verb);
  if (verb === undefined) return { values: { faults, typed }, settling: null };
  const given = new Set([...faults.keys(), ...typed.all(SHOWN)]);
  return {
    values: null,
    settling: { verb, faults, typed, fields: asked.filter(({ key }) => given.has(key)) },
  };
}

/** What a refusal says of fields, by their keys. */
export function faultsIn(
  { say }: Pick<Visit, 'say'>,
  { code, extras }: Problem,
  asked: readonly AskedField[],
): ReadonlyMap<string, string> {
  const words = say(fieldWords);
  return new Map(
    (extras.errors ?? []).flatMap(({ pointer, detail }) => {
      const key = /(?:^|\/)fields\/([^/]+)$/.exec(pointer)?.[1];
      const field = asked.find((each) => each.key === key);
      if (field === undefined) return [];
      const fault = code === 'field_needed' ? words.needs : (words.faults?.[field.kind] ?? detail);
      return [[field.key, fault] as const];
    }),
  );
}
