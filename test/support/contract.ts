import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;

export type DocumentedOperation = {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Json;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
};

export type OpenApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
};

export type Operation = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly documented: DocumentedOperation;
};

/** The operations of a document, each by `METHOD /path`. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, documented]) => {
      const method = verb.toUpperCase();
      return { name: `${method} ${path}`, method, path, documented };
    }),
  );
}

/** Says what of an answer the document does not say: its status, its content type, a field too many or too few. */
export function contractOf(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'doc', ...(closed(document, document.components.schemas) as object) });
  // By the name of a schema that several answers share: seven hundred of them are a problem, and compiling one takes 10 ms.
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

  return async (operation: Operation, response: Response): Promise<string[]> => {
    const status = String(response.status);
    const answer = operation.documented.responses[status];
    if (answer === undefined)
      return [`status ${status} is not documented: ${(await response.text()).slice(0, 300)}`];
    if (!response.headers.has('x-request-id')) return [`status ${status} has no request id`];
    const contentType = response.headers.get('content-type')?.split(';')[0] ?? null;
    const types = Object.keys(answer.content ?? {});
    if (types.length === 0) {
      const body = await response.text();
      return contentType === null && body === '' ? [] : [`status ${status} has a body: ${contentType}`];
    }
    const type = types.find((each) => each === contentType || each === '*/*');
    if (type === undefined)
      return [`status ${status} came as ${contentType}, documented is ${types.join(', ')}`];
    // A stream of events does not end by itself.
    if (type === 'text/event-stream')
      return response.body === null ? ['no stream'] : (await response.body.cancel(), []);
    const text = await response.text();
    if (!type.endsWith('json') || type.endsWith('ndjson')) return [];
    const at = nameOf(answer.content?.[type]?.schema) || `${operation.name} ${status}`;
    const place = [
      'paths',
      operation.path,
      operation.method.toLowerCase(),
      'responses',
      status,
      'content',
      type,
      'schema',
    ];
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = compiled.get(at) ?? ajv.compile({ $ref: `doc#/${pointer}` });
    compiled.set(at, validate);
    if (validate(JSON.parse(text))) return [];
    return (validate.errors ?? []).map(
      (error) =>
        `${error.instancePath} ${error.message} ${JSON.stringify(error.params)} in ${text.slice(0, 200)}`,
    );
  };
}

/** The name of the shared schema that a schema refers to; empty when it is its own. */
export function nameOf(schema: Json | undefined): string {
  const reference = schema?.['$ref'];
  return typeof reference === 'string' ? (reference.split('/').at(-1) ?? '') : '';
}

// Objects in answers have the documented fields and no others; what is open says so itself. Of an object that is made of
// several, only the whole is closed: each part has fields that the others do not know.
function closed(value: unknown, schemas: Readonly<Record<string, Json>>): unknown {
  if (Array.isArray(value)) return value.map((part) => closed(part, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => {
    if (key === 'example') return [key, part];
    return [
      key,
      key === 'allOf' ? (part as Json[]).map((each) => opened(each, schemas)) : closed(part, schemas),
    ];
  });
  const schema = Object.fromEntries(entries) as Record<string, unknown>;
  const isObject =
    (typeof schema['properties'] === 'object' && schema['type'] === 'object') || 'allOf' in schema;
  return isObject && schema['additionalProperties'] === undefined
    ? { ...schema, unevaluatedProperties: false }
    : schema;
}

function opened(part: Json, schemas: Readonly<Record<string, Json>>): unknown {
  const name = nameOf(part);
  const { unevaluatedProperties: _, ...open } = closed(schemas[name] ?? part, schemas) as Record<
    string,
    unknown
  >;
  return open;
}
