/** Where Microsoft is. A national cloud has other hosts; a simulated tenant has its own. */
export type MicrosoftEndpoints = { readonly loginUrl: string; readonly graphUrl: string };

/** The account of a mailbox that sends through Graph is its address at this host, whatever cloud it is in. */
export const GRAPH_HOST = 'graph.microsoft.com';

export const MICROSOFT: MicrosoftEndpoints = {
  loginUrl: 'https://login.microsoftonline.com',
  graphUrl: 'https://graph.microsoft.com',
};
