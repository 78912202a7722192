/**
 * Parameters of token requests that contain a secret or a proof, in lower case (RFC 6749, 7521, 7636, 8628
 * and 8693; AWS STS).
 */
const secretParameters = new Set([
  'client_secret',
  'client_assertion',
  'assertion',
  'subject_token',
  'actor_token',
  'subjecttoken',
  'refresh_token',
  'token',
  'code',
  'code_verifier',
  'device_code',
  'password',
  'webidentitytoken',
])

/** Minimum length of a redacted value. Shorter values are also parts of ordinary words. */
const MIN_LENGTH = 4

/**
 * Replaces the secrets of a request in the text of its response. Some issuers repeat secrets in error messages, which
 * callers see.
 */
export function redactSecrets(
  text: string,
  { headers, body }: Pick<RequestInit, 'headers' | 'body'>,
): string {
  const form = typeof body === 'string' ? [...new URLSearchParams(body)] : []
  const secrets = [
    ...form.flatMap(([name, value]) => (secretParameters.has(name.toLowerCase()) ? [value] : [])),
    ...listCredentials(new Headers(headers).get('authorization') ?? ''),
  ]
  return secrets
    .flatMap(listEncodings)
    .filter(({ length }) => length >= MIN_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}

/** Returns a secret unchanged, and encoded for JSON, for a URL and for a form. */
function listEncodings(secret: string): string[] {
  const form = new URLSearchParams({ _: secret }).toString().slice('_='.length)
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form]
}

/**
 * Returns the credentials of an `Authorization` header, without its scheme. For Basic, it adds the password,
 * both unchanged and decoded as a value of a form (RFC 6749 section 2.3.1).
 */
function listCredentials(authorization: string): string[] {
  const value = authorization.slice(authorization.indexOf(' ') + 1)
  if (!/^basic /i.test(authorization)) return [value]
  try {
    const pair = atob(value)
    const password = pair.slice(pair.indexOf(':') + 1)
    return [value, password, new URLSearchParams(`_=${password}`).get('_') ?? '']
  } catch {
    return [value]
  }
}
