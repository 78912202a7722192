import { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'
import { decodePercent } from './percent.ts'

/** What every client may put between the levels of a namespace. */
export const UNIT_SEPARATOR = '\u001f'

/**
 * Reads a namespace from a path segment or a query value, still percent-encoded.
 *
 * Where the unit separator occurs it alone separates, so that clients that do not know the advertised separator can
 * have it in a name.
 *
 * @param separators decoded characters that stand between levels; the unit separator always counts
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
 * Reads a list that `encodeNamespaceParam` could have written, without checking names.
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
 * Writes a namespace as a path segment or query value, ready for a URL.
 *
 * @param separator as the server advertises it (`namespace-separator`), that is, already percent-encoded
 */
export function encodeNamespaceParam(namespace: Namespace, separator = '%1F'): string {
  return namespace.map((level) => encodeURIComponent(checkName(level, 'namespace level'))).join(separator)
}

/**
 * Reads the name of a table, view or function from a path segment, still percent-encoded.
 *
 * @param what what it is the name of, for the message: `table name`
 * @throws {HeadgateError} `bad-request`
 */
export function decodeNameParam(raw: string, what: string, limits: NameLimits = defaultNameLimits): string {
  return checkName(decodePercent(raw, what), what, limits)
}
