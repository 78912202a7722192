import type { ExternalParty, SecondLegAnswer, VerifiedExternal } from '../external.ts'

/** Two tokens of one user are worth what both of them say: the older proof, the earlier end, the engine of the first. */
export function together(
  subject: VerifiedExternal,
  answer: VerifiedExternal,
  ownClients: readonly string[],
): SecondLegAnswer {
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
      // Revoked is what is older than that: an exchange makes nobody's proof younger.
      issuedAt: Math.min(subject.issuedAt, answer.issuedAt),
      authTime: subject.authTime ?? answer.authTime,
      expiresAt: Math.min(subject.expiresAt, answer.expiresAt),
    },
  }
}

/** @param expiresAt epoch ms */
export function untilEnd(value: VerifiedExternal, expiresAt: number): SecondLegAnswer {
  return { ok: true, value: { ...value, expiresAt: Math.min(value.expiresAt, expiresAt) } }
}

function isSame(one: ExternalParty, other: ExternalParty | null): boolean {
  return one.issuer === other?.issuer && one.subject === other.subject
}

/** An answer that would have to be believed. */
export function unusable(issuer: string, reason: string, why: string): SecondLegAnswer {
  const fix =
    'The operator of this server must look at secondLeg in HEADGATE_ISSUERS, and at its client there.'
  return {
    ok: false,
    reason: `answer of the second leg: ${reason}`,
    told: `The issuer ${issuer} exchanged the token of the user, but its answer cannot be used: ${why.replace(/\.$/, '')}. ${fix}`,
  }
}
