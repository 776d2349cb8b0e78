/** Where Microsoft is. A national cloud has other hosts; a simulated tenant has its own. */
export type MicrosoftEndpoints = { readonly loginUrl: string; readonly graphUrl: string };

export const MICROSOFT: MicrosoftEndpoints = {
  loginUrl: 'https://login.microsoftonline.com',
  graphUrl: 'https://graph.microsoft.com',
};
