import type { Command } from './command.ts';
import { intakeReplay } from './commands/intake-replay.ts';
import { erase } from './commands/erase.ts';
import { mailboxAdd } from './commands/mailbox-add.ts';
import { mailboxList } from './commands/mailbox-list.ts';
import { mailboxRotateSecret } from './commands/mailbox-rotate-secret.ts';
import { mailboxSmtp } from './commands/mailbox-smtp.ts';
import { migrateCommand } from './commands/migrate.ts';
import { operatorAdd } from './commands/operator-add.ts';
import { operatorList } from './commands/operator-list.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { relayDisconnect } from './commands/relay-disconnect.ts';
import { relayInstall } from './commands/relay-install.ts';
import { relayPrint } from './commands/relay-print.ts';
import { smtpCheck } from './commands/smtp-check.ts';
import { tokenCreate } from './commands/token-create.ts';
import { tokenList } from './commands/token-list.ts';
import { tokenRevoke } from './commands/token-revoke.ts';

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  migrateCommand,
  operatorAdd,
  operatorList,
  tokenCreate,
  tokenList,
  tokenRevoke,
  mailboxAdd,
  mailboxList,
  mailboxRotateSecret,
  mailboxSmtp,
  smtpCheck,
  relayPrint,
  relayInstall,
  relayDisconnect,
  reconcileCommand,
  intakeReplay,
  erase,
];
