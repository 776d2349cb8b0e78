import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { INTERNAL_ERROR, PROBLEM_KINDS } from '../../../platform/http/problems/problem-response.ts';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Mailroom: HTTP interface</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

// validatorUrl: the bundle would otherwise ask a public validator for a badge.
const startBelow = (front: string) => `SwaggerUIBundle({
  url: '${front}/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
});
`;

// Swagger UI sets style attributes and carries its icons as data: URLs; nothing may come from another host.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The interface to read in a browser, served whole by this server, and a page for each problem type. */
export function docsRoutes(front: string): ApiRoutes {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const routes = apiRoutes();
  routes.get('/docs', (c) => c.html(PAGE, 200, { 'content-security-policy': POLICY }));
  routes.get('/docs/start.js', (c) =>
    c.body(startBelow(front), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  routes.get('/docs/assets/:name', async (c) => {
    const name = c.req.param('name');
    const contentType = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (contentType === undefined) return c.notFound();
    const content = await readFile(join(folder, name));
    return c.body(new Uint8Array(content), 200, {
      'content-type': contentType,
      'cache-control': 'public, max-age=3600',
    });
  });
  routes.get('/problems/:code', (c) => {
    const code = c.req.param('code');
    const kinds: Readonly<Record<string, { readonly status: number; readonly title: string }>> =
      PROBLEM_KINDS;
    const kind =
      code === INTERNAL_ERROR.code ? INTERNAL_ERROR : Object.hasOwn(kinds, code) ? kinds[code] : undefined;
    return kind === undefined ? c.notFound() : c.text(`${code} (HTTP ${kind.status})\n\n${kind.title}.\n`);
  });
  return routes;
}
