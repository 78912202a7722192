/**
 * The target of a request with its query spelled as RFC 3986 has it: nothing escaped that need not be, all else with
 * capital digits, `+` as the `%20` that it means in a query, no empty pieces. Verifiers agree on this spelling alone:
 * some sign what was sent as it stands, others read and write it again. The path stays as it is.
 */
export function strictQuery(target: string): string {
  const mark = target.indexOf('?')
  if (mark === -1) return target
  const query = target.slice(mark + 1)
  const pieces = query.split('&').filter((piece) => piece !== '')
  const spelled = pieces.map((piece) => {
    const equals = piece.indexOf('=')
    return equals === -1 ? spell(piece) : `${spell(piece.slice(0, equals))}=${spell(piece.slice(equals + 1))}`
  })
  return `${target.slice(0, mark)}?${spelled.join('&')}`
}

function spell(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~]/g, (character, digits: string | undefined) => {
    if (character === '+') return '%20'
    const byte = digits === undefined ? character : String.fromCharCode(parseInt(digits, 16))
    if (/[A-Za-z0-9\-._~]/.test(byte)) return byte
    return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}
