import { HeadgateError } from '@headgate/errors'

/** The names of a namespace, table, view or transaction, from the root down. The empty one is the root namespace. */
export type Identifier = readonly string[]

/** What stands between names in a string where nothing else is said (Lance Namespace specification, `delimiter`). */
export const DEFAULT_DELIMITER = '$'

/**
 * The string form of an identifier: its names with the delimiter between them; the delimiter alone for the root.
 *
 * The protocol has no way to escape a delimiter within a name, so that another one must be chosen for such names.
 *
 * @throws {HeadgateError} bad-request, when the string would be read as another identifier
 * @example formatIdentifier(['sales', 'orders']) // 'sales$orders'
 * @example formatIdentifier(['a$b', 't'], '|') // 'a$b|t'
 */
export function formatIdentifier(identifier: Identifier, delimiter: string = DEFAULT_DELIMITER): string {
  checkDelimiter(delimiter)
  if (identifier.length === 0) return delimiter
  if (identifier.includes(''))
    throw invalid('Invalid identifier: a name in it is empty; the root is the identifier without names')
  const text = identifier.join(delimiter)
  // Not only names with the delimiter in them: with `--`, a name that ends in `-` runs into it.
  if (!sameNames(text.split(delimiter), identifier))
    throw invalid(
      `Invalid identifier: a name in it has ${JSON.stringify(delimiter)}, which stands between names: choose another delimiter`,
    )
  return text
}

/**
 * Reads the string form of an identifier.
 *
 * @throws {HeadgateError} bad-request
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
 * An identifier as a segment of a path, with nothing left bare but what RFC 3986 section 2.3 calls unreserved: readers
 * disagree about the rest, and a signature is made of these very characters.
 *
 * @throws {HeadgateError} bad-request, for what a URL cannot carry
 * @example encodeIdentifier(['my tables', 'ü']) // 'my%20tables%24%C3%BC'
 */
export function encodeIdentifier(identifier: Identifier, delimiter: string = DEFAULT_DELIMITER): string {
  return encodeSegment(formatIdentifier(identifier, delimiter), 'identifier')
}

/**
 * One name as a segment of a path.
 *
 * @throws {HeadgateError} bad-request, for what a URL cannot carry
 */
export function encodeSegment(text: string, what: string): string {
  // Clients, proxies and servers resolve dots, escaped or not, as steps in the path.
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed())
    throw invalid(`Invalid ${what}: ${JSON.stringify(text)} cannot be part of a URL`)
  return strictEncode(text)
}

/** Percent-encoding of everything that is not unreserved. `encodeURIComponent` leaves five more characters. */
export function strictEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function checkDelimiter(delimiter: string): void {
  if (delimiter === '' || !delimiter.isWellFormed())
    throw invalid('Invalid delimiter: it must have at least one character, and be well-formed Unicode')
}

const sameNames = (some: Identifier, others: Identifier): boolean =>
  some.length === others.length && some.every((name, index) => name === others[index])

const invalid = (message: string): HeadgateError => new HeadgateError('bad-request', message)
