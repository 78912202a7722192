/** Shortest text that is removed wherever it occurs. Shorter texts are also parts of ordinary words. */
const minLength = 6

/** Texts in messages of an upstream that clients must not see, by the way in which they are written. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/[^\s"'<>]+/gi, 'the upstream'],
  [/\b(bearer|basic) [\w.~+/=-]{8,}/gi, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]*\.?[\w-]*/g, '[redacted]'],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '[redacted]'],
]

/**
 * Removes addresses, tokens and keys from a message of an upstream before it is sent to a client. Upstreams repeat parts
 * of requests in their messages, and the requests contain the identity of this server.
 *
 * @param hidden texts of the connection: host, prefix, and values of headers that authenticate it
 */
export function hideUpstream(message: string, hidden: readonly string[]): string {
  const known = hidden
    .filter(({ length }) => length >= minLength)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, each) => text.replaceAll(new RegExp(escaped(each), 'gi'), 'the upstream'), message)
  return patterns.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), known)
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}
