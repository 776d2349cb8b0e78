#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { runCommandLine } from './run-command-line.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await runCommandLine(
  process.argv.slice(2),
  process.env,
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  },
  systemClock,
);
