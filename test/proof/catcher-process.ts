import { createServer } from 'node:http';
import { startSmtpListener } from '../support/smtp-listener.ts';

// Stands in for compose's mail catcher, on its ports: takes every email, and answers with all of them as they came.
const smtp = await startSmtpListener({ host: '0.0.0.0', port: 1025 });
createServer((_, response) => response.end(smtp.mails.map(({ raw }) => raw.toString()).join('\n\n'))).listen(
  8025,
  '0.0.0.0',
);
