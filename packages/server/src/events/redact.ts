const secretKey =
  /secret|token|credential|password|passphrase|authorization|private.?key|access.?key|signature|cookie/i
/** Three or five base64url parts, the first of which is a JSON object: a JWS or a JWE. */
const looksLikeToken = /\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g
const maxDepth = 8
export const redacted = '[redacted]'

/**
 * Returns a copy of an event's detail without values that look like secrets, by their name or form. Operations must not
 * add secrets; this function catches mistakes.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return plainText(value, 2048)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '[too deep]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  const entries = Object.entries(value).map(([key, item]) => [
    plainText(key, 256),
    secretKey.test(key) && item !== null && typeof item !== 'boolean' ? redacted : redact(item, depth + 1),
  ])
  return Object.fromEntries(entries) as Record<string, unknown>
}

/** Characters that need no replacement. */
const plain = /^[\w .:/,;()-]*$/

/** Returns text of a client in a form that an event can contain: shortened, without tokens and without U+0000, which PostgreSQL refuses. */
export function plainText(text: string, maxLength: number): string {
  // A look-ahead in the pattern would take three times as long as the search for the start of a token.
  if (text.length <= maxLength && plain.test(text) && !text.includes('eyJ')) return text
  return text
    .replaceAll('\u0000', '\ufffd')
    .replaceAll(looksLikeToken, redacted)
    .slice(0, maxLength)
    .toWellFormed()
}
