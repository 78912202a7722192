import type { Evidence, Family } from './family.ts'

/** What was found about one case. */
export interface Judgement {
  /** What got through. */
  readonly escapes: readonly string[]
  /** Why the case says nothing, or what is wrong beside it. */
  readonly broken: readonly string[]
  /** It was turned away for being too much, and so was not looked at. */
  readonly limited: boolean
}

/** Traces of the inside: stacks, SQL, the heap. */
const insides =
  /\bat \S+ \(?(?:file:|node:|\/)|\bnode_modules\b|\bSELECT\s.+\sFROM\b|\bpg_\w+\(|violates \w+ constraint|-----BEGIN/

/**
 * @param secrets what no answer may hold
 * @param fetched requests to places that only tokens of the attacker name
 */
export function judge(
  { name, legitimate }: Pick<Family, 'name' | 'legitimate'>,
  { seen, escape, broken }: Evidence,
  { secrets, fetched }: { readonly secrets: readonly string[]; readonly fetched: readonly string[] },
): Judgement {
  const escapes = escape === undefined ? [] : [escape]
  const wrong = broken === undefined ? [] : [broken]
  for (const { status, text } of seen) {
    const accepted = status < 400
    if (accepted && legitimate !== true) escapes.push(`it was accepted (${status})`)
    if (!accepted && legitimate === true) wrong.push(`${name}: ${status} ${text.slice(0, 200)}`)
    if (status >= 500) wrong.push(`answered ${status}: ${text.slice(0, 200)}`)
    if (legitimate === true) continue
    if (secrets.some((secret) => text.includes(secret))) escapes.push('the answer holds a secret')
    const inside = insides.exec(text)
    if (inside !== null) escapes.push(`the answer shows the inside: ${inside[0].slice(0, 60)}`)
  }
  for (const request of fetched) escapes.push(`the server asked where the token said: ${request}`)
  return { escapes, broken: wrong, limited: seen.some(({ status }) => status === 429) }
}
