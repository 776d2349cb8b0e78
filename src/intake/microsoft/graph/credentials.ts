import { invalidField } from '../../../platform/problems.ts';
import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';

/** What the server signs in with: the secret or certificate of an app. */
export type MicrosoftCredentials =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: string };

/** Either of the two, as somebody gives it: a secret, or a certificate and its private key in one PEM text. */
export function credentialsOf({
  secret,
  certificate: pem,
}: {
  readonly secret?: string | undefined;
  readonly certificate?: string | undefined;
}): MicrosoftCredentials {
  if (secret !== undefined && pem === undefined) return { kind: 'secret', secret: secret.trim() };
  if (pem === undefined || secret !== undefined)
    throw invalidField('/secret', 'is needed, or else a certificate, and not both');
  const part = (what: RegExp): string => what.exec(pem)?.[0] ?? '';
  return {
    kind: 'certificate',
    certificate: part(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/),
    privateKey: part(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/),
  };
}

/** A signed statement that we hold the certificate's key, for ten minutes (RFC 7523). */
export function clientAssertion(
  credentials: Extract<MicrosoftCredentials, { kind: 'certificate' }>,
  about: { readonly clientId: string; readonly tokenUrl: string; readonly at: Date },
): string {
  const { raw } = new X509Certificate(credentials.certificate);
  const seconds = Math.floor(about.at.getTime() / 1000);
  const header = {
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(raw).digest('base64url'),
  };
  const claims = {
    aud: about.tokenUrl,
    iss: about.clientId,
    sub: about.clientId,
    jti: randomUUID(),
    nbf: seconds - 60,
    exp: seconds + 600,
  };
  const text = `${base64url(header)}.${base64url(claims)}`;
  const key = createPrivateKey(credentials.privateKey);
  // PS256: a salt as long as the hash.
  const signature = sign('sha256', Buffer.from(text), { key, padding: 6, saltLength: 32 });
  return `${text}.${signature.toString('base64url')}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
