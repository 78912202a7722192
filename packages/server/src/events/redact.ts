const secretKey =
  /secret|token|credential|password|passphrase|authorization|private.?key|access.?key|signature|cookie/i
/** Three or five base64url parts that begin like a JSON object: a JWS or a JWE. */
const looksLikeToken = /\beyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g
const maxDepth = 8
export const redacted = '[redacted]'

/**
 * A copy of an event's detail without what looks like a secret, by name or by form. Operations must not put any there;
 * this is the net under it.
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

/** Nearly all texts. Nothing that begins like a token is among them. */
const harmless = /^(?:(?!eyJ)[\w .:/,;()-])*$/

/** Text from outside as an event may hold it: limited, without tokens and without U+0000, which the store cannot keep. */
export function plainText(text: string, maxLength: number): string {
  if (text.length <= maxLength && harmless.test(text)) return text
  return text
    .replaceAll('\u0000', '\ufffd')
    .replaceAll(looksLikeToken, redacted)
    .slice(0, maxLength)
    .toWellFormed()
}
