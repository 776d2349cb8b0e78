import type { ApiRoutes } from '../../../people/access/app-env.ts';
import type { ProblemCode } from '../../../platform/problems.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';

type Document = ReturnType<ApiRoutes['getOpenAPI31Document']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const IF_MATCH = {
  name: 'if-match',
  in: 'header' as const,
  required: false,
  description: 'The `ETag` of what you change as you read it; refused with 412 if it has changed since.',
  schema: { type: 'string' as const },
  example: '"1042.7"',
};

const VERSIONED = ['Request', 'Team', 'WholeOwnRequest'];
const VERSIONED_PATHS = /^\/v1\/(?:(?:requests|teams)\/\{id\}|my-requests\/\{id\}(?:\/withdraw)?$)/;

const ETAG = { description: 'For `If-Match`.', schema: { type: 'string' as const }, example: '"1042.7"' };

/**
 * Writes into the document what holds for many routes at once, so that none has to say it: sessions beside tokens; entity
 * tags on everything that shows a request; `If-Match` on every change of one.
 */
export function withCommonParts(document: Document): Document {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      // A session in a cookie stands wherever a token does.
      if (operation.security?.length === 1) {
        operation.security = [...operation.security, { session: [] }];
        addRefusals(operation, 'too_many_attempts');
        if (method !== 'get') addRefusals(operation, 'too_large');
        if (operation.requestBody !== undefined) addRefusals(operation, 'unsupported_media_type');
      }
      for (const answer of Object.values(operation.responses ?? {})) {
        if (showsVersioned(answer)) answer.headers = { ...answer.headers, ETag: ETAG };
      }
      if (method === 'get' || !VERSIONED_PATHS.test(path)) continue;
      operation.parameters = [...(operation.parameters ?? []), IF_MATCH];
      addRefusals(operation, 'precondition_failed');
    }
  }
  return document;
}

/** True for an answer that is a request or a team. */
function showsVersioned(answer: { content?: Record<string, { schema?: unknown }> }): boolean {
  const schema = answer.content?.['application/json']?.schema;
  return (
    typeof schema === 'object' &&
    schema !== null &&
    '$ref' in schema &&
    VERSIONED.some((name) => schema.$ref === `#/components/schemas/${name}`)
  );
}

// The routes' answers hold schemas to be generated from; these are put in afterwards, and name the generated one.
function addRefusals(operation: { responses?: object }, ...codes: readonly ProblemCode[]): void {
  const documented: Readonly<Record<string, { readonly description: string }>> = problemResponses(...codes);
  const added = Object.entries(documented).map(([status, { description }]) => [
    status,
    {
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  operation.responses = { ...Object.fromEntries(added), ...operation.responses };
}
