/**
 * Minimum length of a text that is removed from messages. Shorter texts could also occur as parts of ordinary
 * words.
 */
const minLength = 6

/**
 * Patterns of texts that clients must not see in messages of an upstream catalog, such as URLs and tokens,
 * with their replacements.
 */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/[^\s"'<>]+/gi, 'the upstream'],
  [/\b(bearer|basic) [\w.~+/=-]{8,}/gi, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]*\.?[\w-]*/g, '[redacted]'],
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, '[redacted]'],
]

/**
 * Removes addresses, tokens and keys from a message of an upstream catalog, before it is sent to a client.
 * Upstream catalogs repeat parts of the request in their messages, and the request contains credentials of
 * this server.
 *
 * @param hidden further texts to remove: host, path prefix, and values of headers that authenticate the
 *   request
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
