import { Problem } from '../../../platform/problems.ts';
import type { JiraClient } from '../client/jira-client.ts';
import type { JiraField } from '../client/shapes.ts';
import type { NewMapping } from './mapping.ts';

/** What Mailroom fills in by itself. */
const FILLED = ['project', 'issuetype', 'summary', 'description'];
const PRIORITIES = 4;

/**
 * The further fields of a mapping as Jira takes them; plain text is put into their format. Throws with everything that does
 * not fit what Jira asks of a new issue of this type.
 */
export function fieldValues(
  jira: JiraClient,
  mapping: NewMapping,
  fields: readonly JiraField[],
): Record<string, unknown> {
  const errors: { pointer: string; detail: string }[] = [];
  const wrong = (pointer: string, detail: string) => void errors.push({ pointer, detail });
  const values: Record<string, unknown> = {};
  for (const [fieldId, given] of Object.entries(mapping.fields)) {
    const field = fields.find((each) => each.fieldId === fieldId);
    const value = field === undefined ? undefined : valueOf(jira, field, given);
    if (field === undefined) wrong(`/fields/${fieldId}`, 'is not on the screen for new issues of this type');
    else if (value === undefined) wrong(`/fields/${fieldId}`, `must be one of: ${allowedIn(field)}`);
    else values[fieldId] = value;
  }
  const given = new Set([
    ...FILLED,
    ...Object.keys(mapping.fields),
    ...(mapping.labels.length > 0 ? ['labels'] : []),
    ...(Object.keys(mapping.priorities).length === PRIORITIES ? ['priority'] : []),
  ]);
  for (const field of fields.filter((each) => each.required && !each.hasDefaultValue))
    if (!given.has(field.fieldId)) {
      const choice = allowedIn(field) === '' ? '' : `, one of: ${allowedIn(field)}`;
      wrong(
        `/fields/${field.fieldId}`,
        `is missing: Jira requires “${field.name}” for every new issue of this type${choice}`,
      );
    }
  const allowed = fields.find(({ fieldId }) => fieldId === 'priority')?.allowedValues;
  for (const [priority, id] of Object.entries(mapping.priorities))
    if (allowed !== undefined && !allowed.some((each) => each.id === id))
      wrong(`/priorities/${priority}`, 'is not the id of a priority in this project');
  const [first] = errors;
  if (first !== undefined)
    throw new Problem('invalid_input', `${first.pointer}: ${first.detail}.`, { errors });
  return values;
}

/** Undefined for text that names none of the allowed values. */
function valueOf(jira: JiraClient, { allowedValues, schema }: JiraField, given: unknown): unknown {
  if (typeof given !== 'string') return given;
  if (allowedValues !== undefined) {
    const named = allowedValues.find((each) => [each.id, each.name, each.value].includes(given.trim()));
    if (named === undefined) return undefined;
    return schema?.type === 'array' ? [{ id: named.id }] : { id: named.id };
  }
  if (schema?.type === 'number' && given.trim() !== '' && Number.isFinite(Number(given)))
    return Number(given);
  if (schema?.type === 'array') return given.split(',').map((each) => each.trim());
  // Several lines are a body of their own to Jira Cloud.
  if (schema?.custom?.endsWith(':textarea') === true)
    return jira.dialect.body(given, { readAt: '', mentions: [] });
  return given;
}

function allowedIn({ allowedValues = [] }: JiraField): string {
  return allowedValues.map(({ name, value, id }) => name ?? value ?? id).join(', ');
}
