import { matchesGlob } from '../glob.ts'
import type { SubjectRule } from '../store/engines.ts'

/** Fields of a principal that the subject rules of an engine compare. */
export interface RuledSubject {
  readonly issuer: string
  readonly subject: string
  readonly login: string | null
  readonly groups: readonly string[]
}

/** Returns true when at least one rule matches the principal. Returns false for an empty list. */
export function admits(rules: readonly SubjectRule[], principal: RuledSubject): boolean {
  return rules.some(
    ({ issuer, pattern, groups }) =>
      issuer === principal.issuer &&
      (matchesGlob(pattern, principal.subject) ||
        (principal.login !== null && matchesGlob(pattern, principal.login))) &&
      (groups.length === 0 || groups.some((group) => principal.groups.includes(group))),
  )
}
