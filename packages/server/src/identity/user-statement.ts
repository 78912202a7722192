import { peek } from './peek.ts'

/** Content of a token, signed or unsigned, in which an engine states for which user it acts. */
export interface UserStatement {
  /** Name of the user at the engine. */
  readonly name: string
  readonly queryId: string | null
}

export type StatementReading =
  | { readonly ok: true; readonly value: UserStatement }
  /** Refused token. `message` is the reason, for the engine that sent the token. */
  | { readonly ok: false; readonly message: string }

const maxAgeSeconds = 300
const maxAheadSeconds = 30
const allowedHeader: ReadonlySet<string> = new Set(['alg', 'typ'])

/**
 * Reads an unsigned JWT (`alg: none`) in which an engine states for which user it acts. The JWT proves nothing,
 * so the engine must be authenticated separately.
 *
 * The JWT must be recent, so that a JWT from an old log cannot be used. It must contain neither a key nor an
 * actor.
 */
export function readUnsigned(token: string, nowMs: number): StatementReading {
  const peeked = peek(token)
  if (peeked === null) return refused('The subject token must be a JWT in compact form.')
  const { header, claims, signature } = peeked
  if (header['alg'] !== 'none' || signature !== null)
    return refused('An unsigned subject token must have alg none and an empty signature.')
  const foreign = Object.keys(header).find((name) => !allowedHeader.has(name))
  if (foreign !== undefined)
    return refused('The header of an unsigned subject token may contain only alg and typ.')
  if (claims['act'] !== undefined || claims['may_act'] !== undefined)
    return refused(
      'An unsigned subject token must not contain act or may_act: the actor is the engine that sends the token.',
    )
  const stale = staleness(claims, nowMs / 1000)
  return stale === null ? readClaims(claims) : refused(stale)
}

/** Reads the claims of a JWT in which an engine names its user: `sub`, and `query_id` if there is one. */
export function readClaims(claims: Readonly<Record<string, unknown>>): StatementReading {
  const { sub, query_id: queryId } = claims
  if (!isUserName(sub))
    return refused(
      'The sub of the statement must be a user name: 1 to 256 characters, without control characters, and without spaces at its start or end.',
    )
  if (queryId !== undefined && !(typeof queryId === 'string' && /^[\x21-\x7e]{1,256}$/.test(queryId)))
    return refused('The query_id must have 1 to 256 printable characters.')
  return { ok: true, value: { name: sub, queryId: queryId ?? null } }
}

/** Returns whether a text can be the name of a user: it is normalized and contains only visible characters. */
function isUserName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= 256 &&
    value.isWellFormed() &&
    value === value.trim() &&
    value === value.normalize('NFC') &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(value)
  )
}

function staleness(claims: Readonly<Record<string, unknown>>, now: number): string | null {
  const { iat, exp, nbf } = claims
  if (typeof iat !== 'number') return 'An unsigned subject token must have iat, its issue time in seconds.'
  if (iat > now + maxAheadSeconds)
    return 'The unsigned subject token was made in the future: compare the clocks of the engine and this server.'
  if (iat < now - maxAgeSeconds)
    return `The unsigned subject token is older than ${maxAgeSeconds} seconds: make a new one for each exchange, and compare the clocks.`
  if (exp !== undefined && !(typeof exp === 'number' && exp > now))
    return 'The subject token has expired, or its exp is not a number: make a new one.'
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now + maxAheadSeconds))
    return 'The subject token is not valid yet (claim nbf): compare the clocks of the engine and this server.'
  return null
}

function refused(message: string): StatementReading {
  return { ok: false, message }
}
