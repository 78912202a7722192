import { AuthError } from '../auth-error.ts'
import { base64Url } from '../oauth2/sign-jwt.ts'

/**
 * Computes the SHA-256 thumbprint of the first certificate in a PEM file, in base64url. Entra identifies the
 * certificate by this thumbprint (RFC 7515 section 4.1.8).
 *
 * @throws AuthError when the file contains no certificate
 */
export async function certificateThumbprint(pem: string, property: string): Promise<string> {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1]
  if (body === undefined) {
    const fix = 'put the certificate and its private key into one file, as PEM'
    throw new AuthError('configuration', `${property} contains no certificate: ${fix}`, { property })
  }
  const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (char) => char.charCodeAt(0))
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
