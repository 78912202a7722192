import type { ExternalRefusal, ExternalVerification } from '../external.ts'
import { maxForeignTokenLength, peek } from '../peek.ts'
import type { Trusted } from './external-tokens.ts'
import { admitsOpaque, introspect } from './introspect.ts'
import type { Issuer } from './issuer.ts'
import { audiencesFor, isTypedAccess, classifyToken } from './token-kind.ts'
import { type Claims, readClaims } from './read-claims.ts'
import { verifyJwt } from './verify-jwt.ts'

/**
 * Verifies that the response of an issuer to this server's own client is an access token of that issuer for
 * this server. The rules are those of bearer tokens, except that the token may be issued to this server's
 * client. The token is used once, so its verification is not cached.
 *
 * @param clientId id of this server's client at the issuer
 * @throws HeadgateError `unavailable` when the keys cannot be loaded, or the introspection fails
 */
export async function verifyResponse(
  token: string,
  { issuer, keys }: Trusted,
  clientId: string,
  now: number,
): Promise<ExternalVerification> {
  if (token.length > maxForeignTokenLength)
    return refused('too long', `the new token has more than ${maxForeignTokenLength} characters`)
  const rules = takingClient(issuer, clientId)
  const peeked = peek(token)
  if (peeked === null) return await opaqueResponse(token, { issuer: rules, keys }, now)
  const { header, claims } = peeked
  const kind = classifyToken(header, claims)
  if ('message' in kind) return refused('wrong type', kind.message)
  const audiences = audiencesFor(rules, kind.kind, isTypedAccess(header), 'bearer', '')
  if (typeof audiences === 'string') return refused('wrong type', audiences)
  const checked = await verifyJwt(token, { issuer, key: keys.key, audiences, now })
  return checked.ok ? readClaims(rules, checked.payload, now) : checked
}

async function opaqueResponse(
  token: string,
  { issuer, keys }: Trusted,
  now: number,
): Promise<ExternalVerification> {
  if (issuer.introspection === null)
    return refused(
      'malformed',
      'the new token is not a JWT, and introspection is not configured for its issuer',
    )
  const claims: Claims | null = await introspect(keys, issuer.introspection, token)
  if (claims === null)
    return refused('not active', 'the issuer of the new token says that the token is not active')
  if (!admitsOpaque(issuer, issuer.audiences, claims))
    return refused(
      'wrong audience',
      `the issuer of the new token says that the token is not for ${issuer.audiences.join(' or ')}`,
    )
  return readClaims(issuer, claims, now)
}

/**
 * Returns the settings of the issuer with this server's client as an accepted client that is not an actor.
 * Without configured lists, all clients are accepted already.
 */
export function takingClient(issuer: Issuer, clientId: string): Issuer {
  if (issuer.actors === null && issuer.clients === null) return issuer
  return { ...issuer, clients: new Set([...(issuer.clients ?? []), clientId]) }
}

function refused(reason: ExternalRefusal, message: string): ExternalVerification {
  return { ok: false, reason, message }
}
