import { SigV4Error } from '../sigv4-error.ts'

const HEX = '0123456789ABCDEF'
const UNRESERVED = /^[A-Za-z0-9\-._~]*$/
const UNRESERVED_AND_SLASH = /^[A-Za-z0-9\-._~/]*$/

/** Canonical form of each byte: unchanged when unreserved (RFC 3986 section 2.3), else `%XX`. */
const encoded: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return UNRESERVED.test(character) ? character : `%${HEX[byte >> 4]}${HEX[byte & 15]}`
})

/**
 * Percent-encodes every byte except unreserved characters. `keep` selects whether slashes are kept. Also encodes `%`.
 */
export function percentEncode(text: string, keep: 'slash' | 'nothing' = 'nothing'): string {
  if ((keep === 'slash' ? UNRESERVED_AND_SLASH : UNRESERVED).test(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i)
    out += byte === 0x2f && keep === 'slash' ? '/' : encodedByte(byte)
  }
  return out
}

/**
 * Converts a percent-encoded path to canonical form: decodes unreserved characters, and encodes all others with
 * capital digits. An encoded slash stays encoded, so that `a%2Fb` and `a/b` remain different paths.
 */
export function recodePath(text: string): string {
  return UNRESERVED_AND_SLASH.test(text) ? text : recode(text, true)
}

/**
 * Converts a name or value of a query to canonical form, like {@link recodePath}, except that `/` is encoded and `+`
 * is read as a space, as in HTML forms.
 */
export function recodeQuery(text: string): string {
  return UNRESERVED.test(text) ? text : recode(text, false)
}

function recode(text: string, inPath: boolean): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i)
    if (byte === 0x25) {
      out += encodedByte(escapedByte(text, i))
      i += 2
    } else if (byte === 0x2f && inPath) out += '/'
    else if (byte === 0x2b && !inPath) out += '%20'
    else out += encodedByte(byte)
  }
  return out
}

/** Decodes percent-encoded text in canonical form. Returns text with one character per byte. */
export function percentDecode(canonical: string): string {
  if (!canonical.includes('%')) return canonical
  return canonical.replace(/%([0-9A-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  )
}

/** Refuses a text with a `%` that is not followed by two hexadecimal digits. */
export function assertEscapes(text: string): void {
  if (text.includes('%') && /%(?![0-9A-Fa-f]{2})/.test(text)) throw invalidEscape()
}

function escapedByte(text: string, at: number): number {
  const digits = text.slice(at + 1, at + 3)
  if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw invalidEscape()
  return parseInt(digits, 16)
}

function encodedByte(byte: number): string {
  const text = encoded[byte]
  if (text === undefined) {
    throw new SigV4Error('malformed-request', 'The request target must have one character per byte')
  }
  return text
}

function invalidEscape(): SigV4Error {
  return new SigV4Error('malformed-request', 'The request target has an invalid percent-escape')
}
