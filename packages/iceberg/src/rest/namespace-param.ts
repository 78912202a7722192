import { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'
import { decodePercent } from './percent.ts'

/** Separator between the levels of a namespace that every client may use. */
export const UNIT_SEPARATOR = '\u001f'

/**
 * Decodes a namespace from a percent-encoded path segment or query value.
 *
 * If the value contains the unit separator, the other separators are parts of names, so that a client that does not
 * know the advertised separator can use this character in a name.
 *
 * @param separators decoded separators in addition to the unit separator
 * @throws {HeadgateError} `bad-request`
 * @example decodeNamespaceParam('accounting%1Ftax', ['.']) // ['accounting', 'tax']
 */
export function decodeNamespaceParam(
  raw: string,
  separators: readonly string[] = [],
  limits: NameLimits = defaultNameLimits,
): Namespace {
  return checkNamespace(splitLevels(decodePercent(raw, 'namespace'), separators), limits)
}

/**
 * Splits a decoded value into the levels of a namespace, without checking the names.
 */
export function splitLevels(text: string, separators: readonly string[]): readonly string[] {
  if (text.includes(UNIT_SEPARATOR)) return text.split(UNIT_SEPARATOR)
  return separators
    .filter((separator) => separator !== '' && text.includes(separator))
    .reduce<readonly string[]>(
      (levels, separator) => levels.flatMap((level) => level.split(separator)),
      [text],
    )
}

/**
 * Encodes a namespace as a path segment or query value of a URL.
 *
 * @param separator percent-encoded separator, as in the server's `namespace-separator`
 */
export function encodeNamespaceParam(namespace: Namespace, separator = '%1F'): string {
  return namespace.map((level) => encodeURIComponent(checkName(level, 'namespace level'))).join(separator)
}

/**
 * Decodes the name of a table, view or function from a percent-encoded path segment.
 *
 * @param what kind of the name, for the message: `table name`
 * @throws {HeadgateError} `bad-request`
 */
export function decodeNameParam(raw: string, what: string, limits: NameLimits = defaultNameLimits): string {
  return checkName(decodePercent(raw, what), what, limits)
}
