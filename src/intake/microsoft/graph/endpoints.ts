import { GRAPH_HOST } from '../../../outbox/smtp/account-name.ts';

/** Where Microsoft is. A national cloud has other hosts; a simulated tenant has its own. */
export type MicrosoftEndpoints = {
  readonly loginUrl: string;
  readonly graphUrl: string;
  /** Exchange Online's SMTP server; STARTTLS is demanded of it. */
  readonly smtpUrl: string;
};

/** How answers of a mailbox leave: through Graph, by Microsoft's SMTP server, or by no service but an account of its own. */
export const SENDS_BY = ['graph', 'smtp', 'none'] as const;
export type SendsBy = (typeof SENDS_BY)[number];

/** What the outbox calls that. The account is the mailbox's address at this host, whatever cloud it is in. */
export function serviceOf(sends: SendsBy) {
  if (sends === 'graph') return { kind: 'microsoft', host: GRAPH_HOST } as const;
  return sends === 'smtp' ? ({ kind: 'microsoft_smtp', host: 'smtp.office365.com' } as const) : null;
}

const GRAPH = 'https://graph.microsoft.com';

/** A service whose token is asked for is named by its address, in every cloud; one on this machine stands for Microsoft's. */
function resourceOf(graphUrl: string): string {
  return graphUrl.startsWith('https://') ? new URL(graphUrl).origin : GRAPH;
}

/** What an app of its own rights asks for at Graph. */
export function graphScope({ graphUrl }: Pick<MicrosoftEndpoints, 'graphUrl'>): string {
  return `${resourceOf(graphUrl)}/.default`;
}

/** What a person lets Mailroom do in their name; the first of them is what gives a refresh token. */
export function delegatedScope({ graphUrl }: Pick<MicrosoftEndpoints, 'graphUrl'>): string {
  const resource = resourceOf(graphUrl);
  return `offline_access ${resource}/Mail.ReadWrite ${resource}/Mail.Send`;
}

/** By the SMTP servers of the national clouds; what is known of each stands in docs/microsoft.md. */
const OUTLOOK: Readonly<Record<string, string>> = {
  'smtp.office365.us': 'https://outlook.office365.us',
  'outlook-dod.office365.us': 'https://outlook-dod.office365.us',
  'smtp.partner.outlook.cn': 'https://partner.outlook.cn',
};

/** What an app of its own rights asks for at the SMTP server. */
export function smtpScope({ smtpUrl }: Pick<MicrosoftEndpoints, 'smtpUrl'>): string {
  return `${OUTLOOK[new URL(smtpUrl).hostname] ?? 'https://outlook.office365.com'}/.default`;
}

export const MICROSOFT: MicrosoftEndpoints = {
  loginUrl: 'https://login.microsoftonline.com',
  graphUrl: GRAPH,
  smtpUrl: 'smtp://smtp.office365.com:587',
};
