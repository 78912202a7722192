import { plainText } from '../events/redact.ts'
import { isTime } from './issuers/read-claims.ts'
import { maxForeignTokenLength, peek } from './peek.ts'

/**
 * Content of a token as an audit event records it. The claims show which identity arrived, and prove nothing. They are
 * bounded to about 1 kB.
 */
export interface ClaimedToken {
  readonly form: 'JWT' | 'encrypted JWT' | 'not a JWT' | 'longer than any accepted token'
  readonly issuer?: string
  readonly subject?: string
  /** `aud`. At most four values; a last text states the number of further values. */
  readonly audience?: string | readonly string[]
  /** `azp`, `client_id`, `appid` or `cid`: the client that the token was issued to. */
  readonly azp?: string
  /** `kid` in the header. */
  readonly keyId?: string
  readonly algorithm?: string
  /** `typ` in the header. */
  readonly type?: string
  /** `exp` as RFC 3339 time. */
  readonly expiresAt?: string
}

const maxIssuerLength = 256
const maxSubjectLength = 128
const maxTextLength = 96
const maxAudiences = 4

/**
 * Reads what a token claims, without verifying it. A claim of the wrong type is described instead of copied.
 *
 * @example
 * ```ts
 * audit.detail = { claimed: [{ verified: false, ...readClaimedToken(token) }] }
 * ```
 */
export function readClaimedToken(token: string): ClaimedToken {
  if (token.length > maxForeignTokenLength) return { form: 'longer than any accepted token' }
  const peeked = peek(token)
  if (peeked === null) return { form: isEncrypted(token) ? 'encrypted JWT' : 'not a JWT' }
  const { header, claims } = peeked
  const azp = ['azp', 'client_id', 'appid', 'cid'].find((name) => claims[name] !== undefined)
  return {
    form: 'JWT',
    ...described('issuer', claims['iss'], maxIssuerLength),
    ...described('subject', claims['sub'], maxSubjectLength),
    ...describedAudience(claims['aud']),
    ...described('azp', azp === undefined ? undefined : claims[azp]),
    ...described('keyId', header['kid']),
    ...described('algorithm', header['alg']),
    ...described('type', header['typ']),
    ...describedTime(claims['exp']),
  }
}

/** Returns true for the compact form of JWE (RFC 7516): five parts. */
function isEncrypted(token: string): boolean {
  return /^eyJ[\w-]*(?:\.[\w-]*){4}$/.test(token)
}

function described<Name extends string>(
  name: Name,
  value: unknown,
  maxLength: number = maxTextLength,
): { readonly [name in Name]?: string } {
  return value === undefined
    ? {}
    : ({ [name]: describeText(value, maxLength) } as { [name in Name]?: string })
}

function describeText(value: unknown, maxLength: number): string {
  if (typeof value !== 'string') return `(${value === null ? 'null' : typeof value}, not a text)`
  // Removes tokens before the text is shortened, because the start of a token no longer has the form of a token.
  const text = plainText(value, value.length)
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
}

function describedAudience(aud: unknown): Pick<ClaimedToken, 'audience'> {
  if (!Array.isArray(aud)) return described('audience', aud)
  const values: readonly unknown[] = aud
  const first = values.slice(0, maxAudiences).map((value) => describeText(value, maxTextLength))
  const others = values.length - first.length
  return { audience: others === 0 ? first : [...first, `(${others} more)`] }
}

function describedTime(exp: unknown): Pick<ClaimedToken, 'expiresAt'> {
  if (exp === undefined) return {}
  const isExpiry = typeof exp === 'number' && isTime(exp)
  return { expiresAt: isExpiry ? new Date(exp * 1000).toISOString() : '(not a time)' }
}
