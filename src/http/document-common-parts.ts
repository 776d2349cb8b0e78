import type { ApiRoutes } from './app-env.ts';
import { problemResponses } from './problem-schema.ts';

type Document = ReturnType<ApiRoutes['getOpenAPI31Document']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const IF_MATCH = {
  name: 'if-match',
  in: 'header' as const,
  required: false,
  description: 'The `ETag` of the request as it was read; refused with 412 if it has changed since.',
  schema: { type: 'string' as const },
  example: '"1042.7"',
};

const ETAG = { description: 'For `If-Match`.', schema: { type: 'string' as const }, example: '"1042.7"' };

/**
 * Writes into the document what holds for many routes at once, so that none has to say it: sessions beside tokens; entity
 * tags on everything that shows a request; `If-Match` on every change of one.
 */
export function withCommonParts(document: Document): Document {
  const answers: Readonly<Record<string, { readonly description: string }>> = problemResponses('precondition_failed');
  const refused = answers['412'];
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      // A session in a cookie stands wherever a token does.
      if (operation.security?.length === 1) operation.security = [...operation.security, { session: [] }];
      for (const answer of Object.values(operation.responses ?? {})) {
        if (showsRequest(answer)) answer.headers = { ...answer.headers, ETag: ETAG };
      }
      if (method === 'get' || !path.startsWith('/v1/requests/{id}')) continue;
      operation.parameters = [...(operation.parameters ?? []), IF_MATCH];
      operation.responses = { ...operation.responses, 412: withoutSchemaObject(refused) };
    }
  }
  return document;
}

function showsRequest(answer: { content?: Record<string, { schema?: unknown }> }): boolean {
  const schema = answer.content?.['application/json']?.schema;
  return typeof schema === 'object' && schema !== null && '$ref' in schema && schema.$ref === '#/components/schemas/Request';
}

// The routes' answers hold schemas to be generated from; this one is put in afterwards, and names the generated one.
function withoutSchemaObject(answer: { readonly description: string } | undefined) {
  return {
    description: answer?.description ?? '',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
