import type { ExternalParty, SecondLegResponse, VerifiedExternal } from '../external.ts'

/** Combines two tokens of one user: the older proof, the earlier end, the engine of the first. */
export function together(
  subject: VerifiedExternal,
  answer: VerifiedExternal,
  ownClients: readonly string[],
): SecondLegResponse {
  if (answer.subject !== subject.subject)
    return unusable(answer.issuer, 'another subject', 'it is of another subject than the token of the user')
  const acts = answer.actor
  const itself = acts !== null && acts.issuer === answer.issuer && ownClients.includes(acts.subject)
  if (acts !== null && !itself && !isSame(acts, subject.actor))
    return unusable(answer.issuer, 'another actor', 'it names an actor that the token of the user does not')
  if (subject.mayAct !== null && answer.mayAct !== null && !isSame(subject.mayAct, answer.mayAct))
    return unusable(answer.issuer, 'another may_act', 'it says otherwise who may act (may_act)')
  return {
    ok: true,
    value: {
      ...answer,
      login: answer.login ?? subject.login,
      name: answer.name ?? subject.name,
      groups: answer.groups ?? (answer.issuer === subject.issuer ? subject.groups : null),
      actor: subject.actor,
      mayAct: subject.mayAct ?? answer.mayAct,
      // Revocation compares this time with the session start, and an exchange must not make the proof look newer.
      issuedAt: Math.min(subject.issuedAt, answer.issuedAt),
      authTime: subject.authTime ?? answer.authTime,
      expiresAt: Math.min(subject.expiresAt, answer.expiresAt),
    },
  }
}

/** @param expiresAt epoch ms */
export function untilEnd(value: VerifiedExternal, expiresAt: number): SecondLegResponse {
  return { ok: true, value: { ...value, expiresAt: Math.min(value.expiresAt, expiresAt) } }
}

function isSame(one: ExternalParty, other: ExternalParty | null): boolean {
  return one.issuer === other?.issuer && one.subject === other.subject
}

/** Returns the refusal of a response that cannot be used. */
export function unusable(issuer: string, reason: string, why: string): SecondLegResponse {
  const fix =
    'The operator of this server must look at secondLeg in HEADGATE_ISSUERS, and at its client there.'
  return {
    ok: false,
    reason: `answer of the second leg: ${reason}`,
    told: `The issuer ${issuer} exchanged the token of the user, but its answer cannot be used: ${why.replace(/\.$/, '')}. ${fix}`,
  }
}
