import { peek } from '../peek.ts'
import type { IssuerTokens } from './external-tokens.ts'
import { isObject, isTime } from './read-claims.ts'
import { verifyJwt } from './verify-jwt.ts'

/** Content of a logout token. It names a user, or one session of a user, or both. */
export interface VerifiedLogout {
  readonly issuer: string
  /** Null: only the session `sid` ends. */
  readonly subject: string | null
  /** Id of a session at the issuer. */
  readonly sid: string | null
  /** `jti`. */
  readonly id: string
  /** Epoch ms. */
  readonly expiresAt: number
}

export type LogoutCheck =
  | { readonly ok: true; readonly value: VerifiedLogout }
  | { readonly ok: false; readonly reason: string; readonly message: string }

const logoutType = /^(application\/)?(logout\+)?jwt$/i
const event = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Verifies a logout token and returns the user or the session that the issuer signs out (OpenID Connect Back-Channel
 * Logout 1.0 section 2.6). The caller must accept each `id` (`jti`) only once.
 */
export async function verifyLogout(
  tokens: Pick<IssuerTokens, 'trusted'>,
  token: string,
  now: number,
): Promise<LogoutCheck> {
  const peeked = peek(token)
  const iss = peeked?.claims['iss']
  const trusted = typeof iss === 'string' ? tokens.trusted(iss) : undefined
  if (peeked === null || trusted === undefined)
    return refused(
      'unknown issuer',
      'This server does not accept tokens of the issuer that the logout token names. The operator can add it to HEADGATE_ISSUERS.',
    )
  const { issuer, keys } = trusted
  if (issuer.logoutAudiences === null)
    return refused(
      'not configured',
      'This server accepts no logout tokens of this issuer. Set logoutAudience of the issuer in HEADGATE_ISSUERS.',
    )
  const { typ } = peeked.header
  if (typ !== undefined && !(typeof typ === 'string' && logoutType.test(typ)))
    return refused('wrong type', 'The typ of a logout token must be logout+jwt.')
  const checked = await verifyJwt(token, { issuer, key: keys.key, audiences: issuer.logoutAudiences, now })
  if (!checked.ok) return refused(checked.reason, checked.message)
  const { events, nonce, sub, sid, jti, exp } = checked.payload
  if (!isObject(events) || !Object.hasOwn(events, event) || !isObject(events[event]) || nonce !== undefined)
    return refused(
      'no logout',
      'The token is not a logout token, which has the back-channel logout event in its claim events, and no nonce.',
    )
  if (typeof jti !== 'string' || jti === '' || jti.length > 256 || typeof exp !== 'number' || !isTime(exp))
    return refused('wrong claims', 'A logout token must have a jti and an exp.')
  const namesUser = typeof sub === 'string' && issuer.claims.subject.join('.') === 'sub'
  const namesSession = typeof sid === 'string' && sid !== '' && sid.length <= 512
  // Only sessions of the web console record the id of their session at the issuer.
  if (!namesUser && !(namesSession && issuer.console !== null))
    return refused(
      'no subject',
      'The logout token must contain sub, and access tokens of the issuer must name their subject by sub, too. A token with sid only ends sessions of the web console, if users sign in to it at this issuer.',
    )
  const subject = namesUser ? sub : null
  return {
    ok: true,
    value: { issuer: issuer.issuer, subject, sid: namesSession ? sid : null, id: jti, expiresAt: exp * 1000 },
  }
}

function refused(reason: string, message: string): LogoutCheck {
  return { ok: false, reason, message }
}
