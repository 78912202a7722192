import { S3Error } from './s3-error.ts'

/**
 * The parameters of a raw query, decoded once; `+` is a space, as in the signature. Names keep their case, as S3's do.
 *
 * @throws S3Error `InvalidURI`, `InvalidArgument` when one stands there twice
 */
export function parseParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    const name = decode(equals < 0 ? piece : piece.slice(0, equals))
    if (parameters.has(name))
      throw new S3Error('InvalidArgument', { message: 'A parameter stands in the query twice.' })
    parameters.set(name, equals < 0 ? '' : decode(piece.slice(equals + 1)))
  }
  return parameters
}

/** A number of digits, at most `max`. */
export function parseCount(text: string, max: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number <= max ? number : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new S3Error('InvalidURI', { reason: 'the query holds escapes that are not UTF-8', cause })
  }
}
