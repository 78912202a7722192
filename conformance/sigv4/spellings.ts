/** Reasons why two signers compute different, but valid, signatures for one form of a URL. */
export const reasons = {
  plus: 'a + in a query is a space (HTML forms); botocore signs it unchanged, verifiers read it as %20',
  escapes:
    'reserved characters of RFC 3986 are unescaped, or escapes have small digits; botocore signs them unchanged',
  pieces: 'an empty piece between & is nothing; botocore makes a nameless parameter of it',
  'dot-end':
    'a path that ends in a dot segment ends in a slash (RFC 3986 section 5.2.4); botocore leaves it out',
} as const

export type Reason = keyof typeof reasons

/**
 * URL in a strict form, for which only one signature is possible, and the reasons why it differs from the original
 * URL.
 */
export interface Strict {
  readonly url: string
  readonly reasons: readonly Reason[]
}

/**
 * Converts a URL to the strict form of RFC 3986, without unnecessary escapes. Changes escapes in paths only for S3,
 * because other services encode the path again before they sign it.
 */
export function strictly(url: string, service: string): Strict {
  const [, origin = '', path = '', query] = /^(https?:\/\/[^/?]+)([^?]*)(?:\?(.*))?$/.exec(url) ?? []
  const found = new Set<Reason>()
  const strictPath =
    service === 's3'
      ? path
          .split('/')
          .map((part) => respell(part, found))
          .join('/')
      : dotEnd(path, found)
  if (query === undefined) return { url: origin + strictPath, reasons: [...found] }
  const pieces = query.split('&').filter((piece) => {
    if (piece === '') found.add('pieces')
    return piece !== ''
  })
  const strictQuery = pieces.map((piece) => {
    if (piece.includes('+')) found.add('plus')
    const [, name = '', rest] = /^([^=]*)(?:=(.*))?$/.exec(piece.replaceAll('+', '%20')) ?? []
    return `${respell(name, found)}=${respell(rest ?? '', found)}`
  })
  return {
    url: `${origin}${strictPath}${strictQuery.length === 0 ? '' : `?${strictQuery.join('&')}`}`,
    reasons: [...found],
  }
}

function respell(part: string, found: Set<Reason>): string {
  const bytes = part.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  )
  const strict = bytes.replaceAll(/[^A-Za-z0-9\-._~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
  if (strict !== part) found.add('escapes')
  return strict
}

function dotEnd(path: string, found: Set<Reason>): string {
  if (!/\/\.{1,2}$/.test(path)) return path
  found.add('dot-end')
  return `${path}/`
}
