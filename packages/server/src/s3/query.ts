import { S3Error } from './s3-error.ts'

/**
 * Parses the parameters of a query string and decodes them once. Decodes `+` as a space, as the signature does.
 * Parameter names are case-sensitive, as at S3.
 *
 * @throws S3Error `InvalidURI`, `InvalidArgument` when a parameter occurs twice
 */
export function parseParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    const name = decode(equals < 0 ? piece : piece.slice(0, equals))
    if (parameters.has(name))
      throw new S3Error('InvalidArgument', { message: 'A parameter of the query occurs twice.' })
    parameters.set(name, equals < 0 ? '' : decode(piece.slice(equals + 1)))
  }
  return parameters
}

/** Parses a decimal number. Returns undefined for another text and for a number above `max`. */
export function parseCount(text: string, max: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number <= max ? number : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new S3Error('InvalidURI', { reason: 'the query contains escapes that are not UTF-8', cause })
  }
}
