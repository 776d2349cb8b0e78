import type { ListedCommand } from './command.ts';

/** Every command, in the order in which help lists them. Its code is loaded when it is called or explained. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'migrate',
    summary: 'Brings the database up to the schema of this version; the server does the same when it starts.',
    load: async () => (await import('./desk/migrate.ts')).migrateCommand,
  },
  {
    name: 'operator add',
    summary: 'Adds somebody who answers; give them a token with token create.',
    load: async () => (await import('./people/operator-add.ts')).operatorAdd,
  },
  {
    name: 'operator list',
    summary: 'Lists the operators in the order in which they were added.',
    load: async () => (await import('./people/operator-list.ts')).operatorList,
  },
  {
    name: 'token create',
    summary: 'Makes a token for an operator and prints it alone, this once: only its hash is kept.',
    load: async () => (await import('./people/token-create.ts')).tokenCreate,
  },
  {
    name: 'token list',
    summary: "Lists an operator's tokens, revoked ones included; never the tokens themselves.",
    load: async () => (await import('./people/token-list.ts')).tokenList,
  },
  {
    name: 'token revoke',
    summary: 'Ends the validity of a token for good, from the next call on.',
    load: async () => (await import('./people/token-revoke.ts')).tokenRevoke,
  },
  {
    name: 'mailbox add',
    summary: 'Adds a Gmail address as a mailbox and prints its relay secret.',
    load: async () => (await import('./mailboxes/mailbox-add.ts')).mailboxAdd,
  },
  {
    name: 'mailbox list',
    summary: 'Lists the mailboxes, each with what its relay last said.',
    load: async () => (await import('./mailboxes/mailbox-list.ts')).mailboxList,
  },
  {
    name: 'mailbox rotate-secret',
    summary:
      'Gives a mailbox a new relay secret and prints it; the old one holds until the relay first uses the new.',
    load: async () => (await import('./mailboxes/mailbox-rotate-secret.ts')).mailboxRotateSecret,
  },
  {
    name: 'mailbox smtp',
    summary: 'Gives a mailbox an SMTP account of its own, stored encrypted, or takes it away.',
    load: async () => (await import('./mailboxes/mailbox-smtp.ts')).mailboxSmtp,
  },
  {
    name: 'smtp check',
    summary:
      'Tries the SMTP account of a mailbox, or of each, and says in plain words what is wrong. Sends nothing.',
    load: async () => (await import('./mailboxes/smtp-check.ts')).smtpCheck,
  },
  {
    name: 'relay print',
    summary:
      'Prints the relay of a mailbox, address and secret filled in, for its project on script.google.com.',
    load: async () => (await import('./relays/relay-print.ts')).relayPrint,
  },
  {
    name: 'relay install',
    summary:
      "Puts a mailbox's relay into its Google account: labels, filter and script. Run again, it brings them up to date.",
    load: async () => (await import('./relays/relay-install.ts')).relayInstall,
  },
  {
    name: 'relay disconnect',
    summary: "Gives back and forgets the permission to a mailbox's Google account; the relay goes on.",
    load: async () => (await import('./relays/relay-disconnect.ts')).relayDisconnect,
  },
  {
    name: 'reconcile',
    summary: 'Compares the mail in Gmail with the desk and, told so, takes in what the relay missed.',
    load: async () => (await import('./relays/reconcile.ts')).reconcileCommand,
  },
  {
    name: 'intake replay',
    summary:
      'Handles mails in quarantine anew, after a fix: what failed is filed, what a rule still holds stays.',
    load: async () => (await import('./desk/intake-replay.ts')).intakeReplay,
  },
  {
    name: 'erase',
    summary:
      'Takes a contact, a request, a message or an attachment away for good; its mail is not taken in again.',
    load: async () => (await import('./desk/erase.ts')).erase,
  },
];
