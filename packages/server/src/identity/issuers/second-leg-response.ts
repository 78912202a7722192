import type { ExternalParty, SecondLegResponse, VerifiedExternal } from '../external.ts'

/**
 * Combines the content of the user's token with that of the token which its issuer returned for it (second leg). The
 * result contains the earlier issue time, the earlier expiry, and the actor of the user's token.
 */
export function together(
  subject: VerifiedExternal,
  response: VerifiedExternal,
  ownClients: readonly string[],
): SecondLegResponse {
  if (response.subject !== subject.subject)
    return unusable(
      response.issuer,
      'another subject',
      'its subject is not the subject of the exchanged token',
    )
  const acts = response.actor
  const itself = acts !== null && acts.issuer === response.issuer && ownClients.includes(acts.subject)
  if (acts !== null && !itself && !isSame(acts, subject.actor))
    return unusable(response.issuer, 'another actor', 'its actor is not the actor of the exchanged token')
  if (subject.mayAct !== null && response.mayAct !== null && !isSame(subject.mayAct, response.mayAct))
    return unusable(response.issuer, 'another may_act', 'its claim may_act differs from the exchanged token')
  return {
    ok: true,
    value: {
      ...response,
      login: response.login ?? subject.login,
      name: response.name ?? subject.name,
      groups: response.groups ?? (response.issuer === subject.issuer ? subject.groups : null),
      actor: subject.actor,
      mayAct: subject.mayAct ?? response.mayAct,
      // Revocation compares this time with the session start, so an exchange must not make the authentication
      // look newer.
      issuedAt: Math.min(subject.issuedAt, response.issuedAt),
      authTime: subject.authTime ?? response.authTime,
      expiresAt: Math.min(subject.expiresAt, response.expiresAt),
    },
  }
}

/**
 * Returns the result of a second leg whose identity is valid at most until `expiresAt`.
 *
 * @param expiresAt epoch ms
 */
export function untilEnd(value: VerifiedExternal, expiresAt: number): SecondLegResponse {
  return { ok: true, value: { ...value, expiresAt: Math.min(value.expiresAt, expiresAt) } }
}

function isSame(one: ExternalParty, other: ExternalParty | null): boolean {
  return one.issuer === other?.issuer && one.subject === other.subject
}

/**
 * Returns the failed result for a response of the token endpoint of an issuer that this server cannot use.
 *
 * @param reason short reason for the audit log
 * @param why end of the sentence that states the reason
 */
export function unusable(issuer: string, reason: string, why: string): SecondLegResponse {
  const fix =
    'The operator of this server must check secondLeg in HEADGATE_ISSUERS, and the client of this server at the issuer.'
  return {
    ok: false,
    reason: `response of the second leg: ${reason}`,
    message: `The issuer ${issuer} exchanged the token of the user, but this server cannot use the new token: ${why.replace(/\.$/, '')}. ${fix}`,
  }
}
