import type { ExternalParty, VerifiedExternal } from '../external.ts'
import type { ClaimPath, Issuer } from './issuer.ts'

export type Claims = Readonly<Record<string, unknown>>

export type ClaimsCheck =
  | { readonly ok: true; readonly value: VerifiedExternal }
  | { readonly ok: false; readonly reason: 'wrong claims' | 'unknown client'; readonly message: string }

const maxTextLength = 512
const maxGroups = 1_000
/** Latest accepted time in epoch seconds: the end of the year 9999. */
const maxSeconds = 253_402_300_799

/**
 * Reads the claims of a verified token by the configuration of the issuer. `exp` and `iat` are in seconds, as in a
 * token.
 */
export function readClaims(issuer: Issuer, claims: Claims, now: number): ClaimsCheck {
  const subject = textAt(claims, issuer.claims.subject)
  if (subject === null)
    return wrong(
      `The token has no claim ${issuer.claims.subject.join('.')} of at most ${maxTextLength} characters, which names its subject.`,
    )
  // A bound token needs a proof of its key (RFC 9449 section 7.1, RFC 8705 section 3). Accepting it without the proof
  // would ignore the binding.
  if (claims['cnf'] !== undefined && claims['cnf'] !== null)
    return wrong(
      'The token is bound to a key (claim cnf), but this server does not support DPoP or mutual TLS. Request a token that is not bound to a key.',
    )
  const timeless = ['exp', 'iat', 'auth_time'].find((name) => !isTime(claims[name]))
  if (timeless !== undefined)
    return wrong(
      `The claim ${timeless} of the token is not a time: it must be seconds since 1970, before the year 10000.`,
    )
  const expiresAt = readSeconds(claims, 'exp')
  if (expiresAt === null) return wrong('The token has no expiry: the claim exp is required.')
  const clientId = findClient(claims)
  const actor = findActor(issuer, claims, subject, clientId)
  if (actor === 'unknown client')
    return {
      ok: false,
      reason: 'unknown client',
      message:
        'The token was issued to a client (azp) that is not accepted here: it must be one of the actors or clients that are configured for the issuer.',
    }
  if (actor === 'broken')
    return wrong(
      `The claim ${issuer.claims.actor.join('.')} of the token must be a name, or an object with a sub.`,
    )
  const mayAct = readParty(issuer.issuer, claims['may_act'])
  if (mayAct === 'broken')
    return wrong('The claim may_act of the token must be a name, or an object with a sub.')
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
      issuedAt: readSeconds(claims, 'iat') ?? now,
      expiresAt,
      authTime: readSeconds(claims, 'auth_time'),
      id: textAt(claims, ['jti']),
    },
  }
}

/**
 * Returns the client that the token was issued to: `azp`, or RFC 9068's `client_id`; Entra's version 1 uses `appid`,
 * Okta `cid`.
 */
function findClient(claims: Claims): string | null {
  const names = ['azp', 'client_id', 'appid', 'cid']
  return names.map((name) => textAt(claims, [name])).find((text) => text !== null) ?? null
}

/**
 * Returns the party that acts for the subject of a token. `act` takes precedence over `azp`; a client that acts for
 * itself is not an actor.
 */
function findActor(
  { issuer, claims: paths, actors, clients }: Issuer,
  claims: Claims,
  subject: string,
  clientId: string | null,
): ExternalParty | null | 'broken' | 'unknown client' {
  const listed = actors !== null || clients !== null
  const acts = clientId !== null && actors?.has(clientId) === true
  if (listed && !acts && (clientId === null || clients?.has(clientId) !== true)) return 'unknown client'
  const named = readParty(issuer, at(claims, paths.actor))
  if (named !== null) return named
  const itself = subject === clientId || (paths.service !== null && at(claims, paths.service) !== undefined)
  return acts && !itself ? { issuer, subject: clientId } : null
}

/** Reads the party in the claim `act` or `may_act` (RFC 8693 section 4.1). Null: the claim is absent. */
function readParty(issuer: string, claim: unknown): ExternalParty | null | 'broken' {
  if (claim === undefined || claim === null) return null
  if (typeof claim === 'string' && claim !== '') return { issuer, subject: claim }
  if (!isObject(claim)) return 'broken'
  const subject = textAt(claim, ['sub'])
  const named = claim['iss'] === undefined ? issuer : textAt(claim, ['iss'])
  return subject === null || named === null ? 'broken' : { issuer: named, subject }
}

/**
 * Returns the names of groups in a claim. Null: the token contains none. A value that is not a list of texts counts as
 * absent.
 */
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
 * Returns whether a value is a text that the database can store. It cannot store U+0000. It would replace each
 * lone surrogate by the same character, so that two different subjects could become equal.
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

/** Returns true if a time is absent, or within the range of dates of this server and the database. */
export function isTime(value: unknown): boolean {
  return typeof value !== 'number' || (value >= 0 && value <= maxSeconds)
}

function readSeconds(claims: Claims, name: string): number | null {
  const value = claims[name]
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : null
}

export function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(message: string): ClaimsCheck {
  return { ok: false, reason: 'wrong claims', message }
}
