/**
 * Normalizes the query of a request target (RFC 3986): decodes unreserved characters, encodes all other characters with
 * upper-case digits, replaces `+` with `%20`, and removes empty parameters. The path is unchanged. Verifiers agree only
 * on this form, because some of them sign the query as sent, and others decode and encode it first.
 */
export function strictQuery(target: string): string {
  const mark = target.indexOf('?')
  if (mark === -1) return target
  const query = target.slice(mark + 1)
  const parameters = query.split('&').filter((parameter) => parameter !== '')
  const encoded = parameters.map((parameter) => {
    const equals = parameter.indexOf('=')
    if (equals === -1) return encode(parameter)
    return `${encode(parameter.slice(0, equals))}=${encode(parameter.slice(equals + 1))}`
  })
  return `${target.slice(0, mark)}?${encoded.join('&')}`
}

function encode(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~]/g, (character, digits: string | undefined) => {
    if (character === '+') return '%20'
    const byte = digits === undefined ? character : String.fromCharCode(parseInt(digits, 16))
    if (/[A-Za-z0-9\-._~]/.test(byte)) return byte
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}
