import type { Evidence, Suite } from './suite.ts'

/** Matches texts that reveal internals of the server in a response: stack traces, SQL, private keys. */
const insides =
  /\bat \S+ \(?(?:file:|node:|\/)|\bnode_modules\b|\bSELECT\s.+\sFROM\b|violates \w+ constraint|-----BEGIN/

/** Result of the evaluation of one case. */
export interface Judgement {
  readonly escapes: readonly string[]
  readonly broken: readonly string[]
}

/**
 * Evaluates the responses of one case. An attack is successful if the suite has found a fault, or if a response
 * contains a secret or internals of the server.
 *
 * @param secrets texts that no response may contain
 */
export function judge(
  { legitimate }: Pick<Suite, 'legitimate'>,
  { what, seen, escapes: found, broken }: Evidence,
  secrets: readonly string[],
): Judgement {
  const escapes = [...found]
  const wrong = broken === undefined ? [] : [broken]
  for (const { status, text } of seen) {
    if (legitimate === true && status >= 300) wrong.push(`status ${status}: ${text.slice(0, 200)}`)
    if (status === 500 && !text.includes('CommitStateUnknownException'))
      wrong.push(`status 500: ${text.slice(0, 200)}`)
    if (legitimate === true) continue
    // A secret name that the request itself contains is not a leak, because an error may repeat names of the request.
    const at = secrets.findIndex((secret) => text.includes(secret) && !what.includes(secret))
    if (at >= 0)
      escapes.push(`a response contained secret ${at} (${shorten(secrets[at] ?? '')}): ${text.slice(0, 300)}`)
    const inside = insides.exec(text)
    if (inside !== null) escapes.push(`a response shows internals: ${inside[0].slice(0, 60)}`)
  }
  return { escapes, broken: wrong }
}

function shorten(secret: string): string {
  return secret.length > 12 ? `${secret.slice(0, 6)}…` : secret
}
