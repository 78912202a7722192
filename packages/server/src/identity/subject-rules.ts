import type { SubjectRule } from '../store/engines.ts'

/** What rules look at. */
export interface RuledSubject {
  readonly issuer: string
  readonly subject: string
  readonly login: string | null
  readonly groups: readonly string[]
}

/** True when one of the rules admits the principal; no rules admit nobody. */
export function admits(rules: readonly SubjectRule[], who: RuledSubject): boolean {
  return rules.some(
    ({ issuer, pattern, groups }) =>
      issuer === who.issuer &&
      (matchesGlob(pattern, who.subject) || (who.login !== null && matchesGlob(pattern, who.login))) &&
      (groups.length === 0 || groups.some((group) => who.groups.includes(group))),
  )
}

/**
 * Whether the whole text matches the pattern. Takes at most the product of both lengths: no pattern makes it slow, as one
 * can make a regular expression.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(text)]
  let [at, from] = [0, 0]
  /** Where the last `*` was, and how much text it has taken so far. */
  let star: { readonly at: number; taken: number } | null = null
  while (from < given.length) {
    if (wanted[at] === '*') {
      star = { at, taken: from }
      at += 1
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[from])) {
      at += 1
      from += 1
    } else if (star !== null) {
      star.taken += 1
      at = star.at + 1
      from = star.taken
    } else return false
  }
  while (wanted[at] === '*') at += 1
  return at === wanted.length
}
