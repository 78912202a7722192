import type { Evidence, Suite } from './suite.ts'

/** Result of the evaluation of one case. */
export interface Judgement {
  /** Descriptions of successful attacks. */
  readonly escapes: readonly string[]
  /** Reasons why the case has no result, and descriptions of server errors. */
  readonly broken: readonly string[]
  /** Whether the server refused a request with status 429 without evaluating it. */
  readonly limited: boolean
}

/** Matches texts that reveal internals of the server in a response: stack traces, SQL, private keys. */
const insides =
  /\bat \S+ \(?(?:file:|node:|\/)|\bnode_modules\b|\bSELECT\s.+\sFROM\b|\bpg_\w+\(|violates \w+ constraint|-----BEGIN/

/**
 * Evaluates the responses of one case. An attack is successful if the server accepts it, if a response contains a
 * secret, or if the server sends a request to an address of the attacker.
 *
 * @param secrets texts that no response may contain
 * @param fetched requests that the server sent to addresses from tokens of the attacker
 */
export function judge(
  { name, legitimate }: Pick<Suite, 'name' | 'legitimate'>,
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
