import type { ExternalParty, VerifiedExternal } from '../external.ts'
import type { ClaimPath, Issuer } from './issuer.ts'

export type Claims = Readonly<Record<string, unknown>>

export type ClaimsCheck =
  | { readonly ok: true; readonly value: VerifiedExternal }
  | { readonly ok: false; readonly reason: 'wrong claims' | 'unknown client'; readonly told: string }

const maxTextLength = 512
const maxGroups = 1_000
/** The end of the year 9999. */
const maxSeconds = 253_402_300_799

/** What the claims of a verified token say, by the issuer's configuration. `exp` and `iat` are in seconds, as in a token. */
export function verifiedOf(issuer: Issuer, claims: Claims, now: number): ClaimsCheck {
  const subject = textAt(claims, issuer.claims.subject)
  if (subject === null)
    return wrong(
      `The token has no claim ${issuer.claims.subject.join('.')} of at most ${maxTextLength} characters, which names its subject.`,
    )
  // Whoever has a bound token must show the key as well (RFC 9449 section 7.1, RFC 8705 section 3); taken without, it would be bound to nothing.
  if (claims['cnf'] !== undefined && claims['cnf'] !== null)
    return wrong(
      'The token is bound to a key (cnf), and proofs of that (DPoP, mutual TLS) are not taken here: get one that is not.',
    )
  const timeless = ['exp', 'iat', 'auth_time'].find((name) => !isTime(claims[name]))
  if (timeless !== undefined)
    return wrong(
      `The claim ${timeless} of the token is no time: it must be seconds since 1970, before the year 10000.`,
    )
  const expiresAt = secondsOf(claims, 'exp')
  if (expiresAt === null) return wrong('The token does not say until when it is valid (exp).')
  const clientId = clientOf(claims)
  const actor = actorOf(issuer, claims, subject, clientId)
  if (actor === 'unknown client')
    return {
      ok: false,
      reason: 'unknown client',
      told: 'The token was given to a client (azp) that is not taken here: it must be one of the actors or clients that are configured for the issuer.',
    }
  if (actor === 'broken')
    return wrong(`The claim ${issuer.claims.actor.join('.')} of the token names nobody.`)
  const mayAct = partyOf(issuer.issuer, claims['may_act'])
  if (mayAct === 'broken') return wrong('The claim may_act of the token names nobody.')
  return {
    ok: true,
    value: {
      issuer: issuer.issuer,
      subject,
      login: textAt(claims, issuer.claims.login),
      name: textAt(claims, issuer.claims.name),
      groups: groupsAt(claims, issuer.claims.groups),
      actor,
      mayAct,
      clientId,
      scope: textAt(claims, ['scope']) ?? textAt(claims, ['scp']),
      issuedAt: secondsOf(claims, 'iat') ?? now,
      expiresAt,
      authTime: secondsOf(claims, 'auth_time'),
      id: textAt(claims, ['jti']),
    },
  }
}

/** Whom it was given to: `azp`, or RFC 9068's `client_id`; `appid` is Entra's in version 1, `cid` Okta's. */
function clientOf(claims: Claims): string | null {
  const names = ['azp', 'client_id', 'appid', 'cid']
  return names.map((name) => textAt(claims, [name])).find((text) => text !== null) ?? null
}

/** `act` comes before `azp`; a client that acts for itself alone is nobody's actor. */
function actorOf(
  { issuer, claims: paths, actors, clients }: Issuer,
  claims: Claims,
  subject: string,
  clientId: string | null,
): ExternalParty | null | 'broken' | 'unknown client' {
  const listed = actors !== null || clients !== null
  const acts = clientId !== null && actors?.has(clientId) === true
  if (listed && !acts && (clientId === null || clients?.has(clientId) !== true)) return 'unknown client'
  const named = partyOf(issuer, at(claims, paths.actor))
  if (named !== null) return named
  const itself = subject === clientId || (paths.service !== null && at(claims, paths.service) !== undefined)
  return acts && !itself ? { issuer, subject: clientId } : null
}

/** A party as `act` and `may_act` name one (RFC 8693 section 4.1); null: none. */
function partyOf(issuer: string, claim: unknown): ExternalParty | null | 'broken' {
  if (claim === undefined || claim === null) return null
  if (typeof claim === 'string' && claim !== '') return { issuer, subject: claim }
  if (!isObject(claim)) return 'broken'
  const subject = textAt(claim, ['sub'])
  const named = claim['iss'] === undefined ? issuer : textAt(claim, ['iss'])
  return subject === null || named === null ? 'broken' : { issuer: named, subject }
}

/** Null: nothing is said about groups. A list that is no list of texts says nothing either. */
function groupsAt(claims: Claims, path: ClaimPath): readonly string[] | null {
  const value = at(claims, path)
  const list: readonly unknown[] | null =
    typeof value === 'string' ? [value] : Array.isArray(value) ? value : null
  if (list === null || list.length > maxGroups) return null
  return [...new Set(list.filter(isText))].toSorted()
}

function textAt(claims: Claims, path: ClaimPath): string | null {
  const value = at(claims, path)
  return isText(value) ? value : null
}

/**
 * The store has one character for every half of a surrogate pair, so that two subjects with such halves would be one there,
 * and none for NUL.
 */
function isText(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > maxTextLength) return false
  return value.isWellFormed() && !value.includes('\0')
}

function at(claims: Claims, path: ClaimPath): unknown {
  let value: unknown = claims
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** Absent, or something that dates can hold, here and in the store. */
export function isTime(value: unknown): boolean {
  return typeof value !== 'number' || (value >= 0 && value <= maxSeconds)
}

function secondsOf(claims: Claims, name: string): number | null {
  const value = claims[name]
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : null
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(told: string): ClaimsCheck {
  return { ok: false, reason: 'wrong claims', told }
}
