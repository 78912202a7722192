/** Parameters of token requests that prove something, in lower case (RFC 6749, 7521, 7636, 8628 and 8693; AWS STS). */
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

/** Shorter ones stand in ordinary words, too, and are nobody's secret. */
const MIN_LENGTH = 4

/** The text of an answer without what was sent to get it: some issuers repeat that in their errors, which are shown. */
export function hideSent(text: string, { headers, body }: Pick<RequestInit, 'headers' | 'body'>): string {
  const form = typeof body === 'string' ? [...new URLSearchParams(body)] : []
  const secrets = [
    ...form.flatMap(([name, value]) => (secretParameters.has(name.toLowerCase()) ? [value] : [])),
    ...credentialsOf(new Headers(headers).get('authorization') ?? ''),
  ]
  return secrets
    .flatMap(spellings)
    .filter(({ length }) => length >= MIN_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}

/** As it is, in JSON, in a URL and in a form. */
function spellings(secret: string): string[] {
  const form = new URLSearchParams({ _: secret }).toString().slice('_='.length)
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form]
}

/** What stands behind the scheme; for Basic also the password in it, as it is and as a form has it. */
function credentialsOf(authorization: string): string[] {
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
