import { invalidRequest } from './token-errors.ts'

const maxParameters = 50

/** Parameters of a token request by name. Each parameter occurs at most once, and no value is empty. */
export type Form = ReadonlyMap<string, string>

/**
 * Parses the body of a token request. The parser accepts only `application/x-www-form-urlencoded`, UTF-8 and
 * valid escapes, and refuses a parameter that occurs twice (RFC 6749 section 3.2): an attacker could use a
 * body that a proxy and this server parse differently. A parameter without a value counts as absent.
 */
export function parseForm(contentType: string | undefined, body: Uint8Array): Form {
  if (
    !/^application\/x-www-form-urlencoded *(; *charset *= *"?utf-8"? *)?$/i.test((contentType ?? '').trim())
  ) {
    throw invalidRequest('The body must be sent as Content-Type: application/x-www-form-urlencoded.')
  }
  const form = new Map<string, string>()
  const seen = new Set<string>()
  for (const pair of decodeUtf8(body).split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = formDecode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : formDecode(pair.slice(equals + 1))
    if (name === null || value === null)
      throw invalidRequest(
        'The body must be form-encoded UTF-8, without broken percent-escapes and NUL characters.',
      )
    if (seen.has(name))
      throw invalidRequest(`The parameter ${name.slice(0, 64)} is sent twice: send it once.`)
    if (seen.size === maxParameters)
      throw invalidRequest(`The body has more than ${maxParameters} parameters: send fewer.`)
    seen.add(name)
    if (value !== '') form.set(name, value)
  }
  return form
}

/** Decodes one `application/x-www-form-urlencoded` name or value. Returns null when it is malformed or contains a NUL. */
export function formDecode(text: string): string | null {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? null : decoded
  } catch {
    return null
  }
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw invalidRequest('The body must be UTF-8.')
  }
}
