const secretKey =
  /secret|token|credential|password|passphrase|authorization|private.?key|access.?key|signature|cookie/i
/**
 * Matches text in the form of a JWS or JWE: three or five base64url parts, of which the first is a JSON object.
 */
const looksLikeToken = /\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g
const maxDepth = 8
const redacted = '[redacted]'

/**
 * Returns a copy of an event's `detail` without values whose name or form is that of a secret. Operations must
 * not add secrets to events; this function removes secrets that an operation added by mistake.
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

/** Matches text in which no character must be replaced. */
const plain = /^[\w .:/,;()-]*$/

/**
 * Returns a text that a client sent in a form that an event can contain: shortened, without tokens and without U+0000,
 * which PostgreSQL refuses.
 */
export function plainText(text: string, maxLength: number): string {
  // This search for the start of a token is three times as fast as a look-ahead in the pattern.
  if (text.length <= maxLength && plain.test(text) && !text.includes('eyJ')) return text
  return text
    .replaceAll('\u0000', '\ufffd')
    .replaceAll(looksLikeToken, redacted)
    .slice(0, maxLength)
    .toWellFormed()
}
