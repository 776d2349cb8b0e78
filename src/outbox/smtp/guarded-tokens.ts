import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { BlockList } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import XOAuth2, { type XOAuth2Options, type XOAuth2ProvisionCallback } from 'nodemailer/lib/xoauth2';
import { guard } from '../../platform/net/internal-addresses.ts';

const TIMEOUT_MS = 30_000;

/** Fetches access tokens as the library does, but from no forbidden address: an account names where its tokens are. */
export function guardedTokens(options: XOAuth2Options, forbids: BlockList): XOAuth2ProvisionCallback {
  const tokens = new XOAuth2(options);
  tokens.postRequest = (url, payload, _options, callback) => {
    const body = new URLSearchParams(payload as Record<string, string>).toString();
    callbackify(() => post(url, body, forbids))(callback);
  };
  return (_user, renew, callback) => {
    tokens.getToken(renew, (error, token) => {
      if (error) callback(error);
      else callback(null, token, tokens.expires);
    });
  };
}

function post(url: string, body: string, forbids: BlockList): Promise<Buffer> {
  const start = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise<Buffer>((resolve, reject) => {
    const call = start(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        agent: false,
        ...guard(forbids),
      },
      (response) => void buffer(response).then(resolve, reject),
    );
    call.once('error', reject);
    call.end(body);
  });
}
