/** Where Google is; tests and the demo put a simulated one in its place. */
export type GoogleEndpoints = {
  readonly authUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
  /** Root URLs of the two APIs, with a slash at the end. */
  readonly gmailRoot: string;
  readonly scriptRoot: string;
};

export const GOOGLE: GoogleEndpoints = {
  authUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  revokeUrl: 'https://oauth2.googleapis.com/revoke',
  gmailRoot: 'https://gmail.googleapis.com/',
  scriptRoot: 'https://script.googleapis.com/',
};

/** All of Google's addresses below one root URL, which ends with a slash. */
export function googleAt(root: string): GoogleEndpoints {
  return {
    authUrl: `${root}o/oauth2/v2/auth`,
    tokenUrl: `${root}token`,
    revokeUrl: `${root}revoke`,
    gmailRoot: root,
    scriptRoot: root,
  };
}

/** The owner's own OAuth client (type "Desktop app"), from the Google Cloud console. */
export type GoogleClient = { readonly id: string; readonly secret: string };

const AUTH = 'https://www.googleapis.com/auth/';

/**
 * What the commands need and nothing more: find missed mail, make labels and the filter, keep the script project. None
 * of them can change, send or delete mail.
 */
export const SCOPES: readonly string[] = [
  `${AUTH}gmail.readonly`,
  `${AUTH}gmail.labels`,
  `${AUTH}gmail.settings.basic`,
  `${AUTH}script.projects`,
];
