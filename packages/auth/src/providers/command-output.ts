import { AuthError } from '../auth-error.ts'
import { Secret } from '../secret.ts'
import { jwtExpiry } from '../token-expiry.ts'
import type { Token } from '../token.ts'

const tokenNames = ['token', 'access_token', 'accessToken', 'id_token']
const expiryNames = ['expires_at', 'expires_on', 'expiry', 'expiration', 'expirationTimestamp', 'expiresOn']

/**
 * Parses the token that a program printed: the whole output, or a member of a JSON object. In the output of a
 * Kubernetes exec plugin, this member is below `status`.
 *
 * @param from names the output in error messages
 * @param now current time in epoch ms
 * @throws {AuthError} malformed. The message does not contain the output, which may contain a token.
 */
export function parseCommandOutput(output: string, from: string, now: number): Token {
  const text = output.trim()
  const { value, expiresAt } = text.startsWith('{') ? parseObject(text, from, now) : { value: text }
  const end = expiresAt ?? jwtExpiry(value)
  return { value: new Secret(value), ...(end === undefined ? {} : { expiresAt: end }) }
}

function parseObject(text: string, from: string, now: number): { value: string; expiresAt?: number } {
  const object = parseJson(text, from)
  const status = Object.hasOwn(object, 'status') ? object['status'] : undefined
  const members = isObject(status) ? status : object
  const value = tokenNames.map((name) => members[name]).find((each) => typeof each === 'string')
  if (typeof value !== 'string') {
    throw new AuthError(
      'malformed',
      `${from} must be a token, or a JSON object with one of ${tokenNames.join(', ')}`,
    )
  }
  const expiresIn = members['expires_in']
  if (typeof expiresIn === 'number') return { value, expiresAt: now + expiresIn * 1_000 }
  const expiry = expiryNames.map((name) => members[name]).find((each) => each !== undefined && each !== null)
  return expiry === undefined ? { value } : { value, expiresAt: parseExpiry(expiry, from) }
}

/**
 * Parses seconds since 1970, or a date. A date without a time zone is in local time, because `az` prints it
 * in this form.
 */
function parseExpiry(expiry: unknown, from: string): number {
  const seconds =
    typeof expiry === 'number' ? expiry : /^\d{9,11}$/.test(String(expiry)) ? Number(expiry) : Number.NaN
  const ms = Number.isNaN(seconds) && typeof expiry === 'string' ? Date.parse(expiry) : seconds * 1_000
  if (Number.isFinite(ms)) return ms
  throw new AuthError('malformed', `${from} contains an expiry that is neither a date nor seconds since 1970`)
}

function parseJson(text: string, from: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // The error below does not contain the text, which may contain the token.
  }
  throw new AuthError('malformed', `${from} is not a valid JSON object`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
