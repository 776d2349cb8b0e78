// Loaded by `npm start` before main.ts, and JavaScript for that: once its code is kept compiled, from the second start on,
// Node need not load what strips types, 20 MB of memory for as long as the server runs. `main.ts` says where it is kept.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
