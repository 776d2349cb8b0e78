import type { OutboxDeps } from '../../outbox/deps.ts';

/** Where Atlassian's own hosts are; tests and the demo put a simulated one in their place. */
export type Atlassian = {
  /** Consent and tokens. */
  readonly authUrl: string;
  /** Calls with a token that has scopes. */
  readonly gatewayUrl: string;
};

export const ATLASSIAN: Atlassian = {
  authUrl: 'https://auth.atlassian.com',
  gatewayUrl: 'https://api.atlassian.com',
};

/** What the bridge uses. */
export type JiraDeps = OutboxDeps & {
  /** Defaults to Atlassian itself. */
  readonly atlassian?: Atlassian;
  /** Has this process look at once for what there is to do; without it, the next look does. */
  readonly wakeJira?: () => void;
};
