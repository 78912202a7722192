import { HeadgateError } from '@headgate/errors'

/** Names that identify a namespace, table, view or transaction, from the root down. An empty list is the root namespace. */
export type Identifier = readonly string[]

/** Default delimiter between the names of an identifier (Lance Namespace specification, `delimiter`). */
export const DEFAULT_DELIMITER = '$'

/**
 * Formats an identifier as a string: its names joined by the delimiter, or only the delimiter for the root.
 *
 * The protocol cannot escape the delimiter in a name. Such names need another delimiter.
 *
 * @throws {HeadgateError} `bad-request` when a server would parse the string as another identifier
 * @example formatIdentifier(['sales', 'orders']) // 'sales$orders'
 * @example formatIdentifier(['a$b', 't'], '|') // 'a$b|t'
 */
export function formatIdentifier(identifier: Identifier, delimiter: string = DEFAULT_DELIMITER): string {
  checkDelimiter(delimiter)
  if (identifier.length === 0) return delimiter
  if (identifier.includes(''))
    throw invalid('Invalid identifier: a name in it is empty. Use an empty list for the root namespace.')
  const text = identifier.join(delimiter)
  // A name is also ambiguous if it ends with a part of the delimiter, such as `a-` with the delimiter `--`.
  if (!sameNames(text.split(delimiter), identifier))
    throw invalid(
      `Invalid identifier: a name in it contains or overlaps the delimiter ${JSON.stringify(delimiter)}. Choose another delimiter.`,
    )
  return text
}

/**
 * Parses the string form of an identifier.
 *
 * @throws {HeadgateError} `bad-request` when a name is empty, or the delimiter is empty
 * @example parseIdentifier('sales$orders') // ['sales', 'orders']
 */
export function parseIdentifier(text: string, delimiter: string = DEFAULT_DELIMITER): Identifier {
  checkDelimiter(delimiter)
  if (text === delimiter) return []
  const names = text.split(delimiter)
  if (names.includes('')) throw invalid('Invalid identifier: a name in it is empty')
  return names
}

/**
 * Encodes an identifier as a path segment of a URL. Percent-encodes all characters except the unreserved ones (RFC 3986,
 * section 2.3), because implementations treat the other characters differently, and signatures depend on the encoding.
 *
 * @throws {HeadgateError} `bad-request` when a URL cannot contain the identifier
 * @example encodeIdentifier(['my tables', 'ü']) // 'my%20tables%24%C3%BC'
 */
export function encodeIdentifier(identifier: Identifier, delimiter: string = DEFAULT_DELIMITER): string {
  return encodeSegment(formatIdentifier(identifier, delimiter), 'identifier')
}

/**
 * Encodes one name as a path segment of a URL.
 *
 * @param what kind of the name, for the message of the error
 * @throws {HeadgateError} `bad-request` for an empty name, `.`, `..`, and text that is not well-formed Unicode
 *
 * @example
 * ```ts
 * encodeSegment('my index', 'index name') // 'my%20index'
 * ```
 */
export function encodeSegment(text: string, what: string): string {
  // Clients, proxies and servers resolve `.` and `..` as relative path segments, also if they are percent-encoded.
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed())
    throw invalid(`Invalid ${what}: ${JSON.stringify(text)} cannot be part of a URL`)
  return strictEncode(text)
}

/**
 * Percent-encodes all characters that are not unreserved, including `!'()*`, which `encodeURIComponent` does not encode.
 *
 * @example
 * ```ts
 * strictEncode("it's") // 'it%27s'
 * ```
 */
export function strictEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function checkDelimiter(delimiter: string): void {
  if (delimiter === '' || !delimiter.isWellFormed())
    throw invalid('Invalid delimiter: it must have at least one character and be well-formed Unicode')
}

const sameNames = (some: Identifier, others: Identifier): boolean =>
  some.length === others.length && some.every((name, index) => name === others[index])

const invalid = (message: string): HeadgateError => new HeadgateError('bad-request', message)
