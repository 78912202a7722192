import { HeadgateError } from '@headgate/errors'
import { encodeNamespaceParam, type Namespace } from '@headgate/iceberg/rest'

/**
 * Pattern of names that contain a relative path segment (`.` or `..`), which servers and proxies resolve
 * after they have decoded the path.
 */
const relative = /(^|[/\\])\.{1,2}([/\\]|$)/

/**
 * Percent-encodes a name for the path of a request to the upstream catalog.
 *
 * @throws HeadgateError `bad-request` for a name that a server could resolve as another object
 */
export function encodeName(name: string, what: string): string {
  if (relative.test(name))
    throw new HeadgateError(
      'bad-request',
      `Invalid ${what}: ${JSON.stringify(name)} contains a relative path, which the upstream could resolve as another object.`,
    )
  return encodeURIComponent(name)
}

/**
 * Percent-encodes a namespace for the path or query of a request to the upstream catalog.
 *
 * @param separator percent-encoded separator of the upstream catalog
 * @throws HeadgateError `bad-request` for a level that contains the separator: the upstream catalog would
 *   read it as several levels, that is, as another namespace
 */
export function encodeNamespace(levels: Namespace, separator: string): string {
  checkLevels(levels, decodeURIComponent(separator))
  return encodeNamespaceParam(levels, separator)
}

/**
 * Joins the levels of a namespace for a query parameter. Does not percent-encode them, because the query is
 * encoded later.
 */
export function joinNamespace(levels: Namespace, separator: string): string {
  const decoded = decodeURIComponent(separator)
  checkLevels(levels, decoded)
  return levels.join(decoded)
}

function checkLevels(levels: Namespace, decoded: string): void {
  for (const level of levels) {
    encodeName(level, 'namespace level')
    if (level.includes(decoded))
      throw new HeadgateError(
        'bad-request',
        `Invalid namespace level: ${JSON.stringify(level)} contains ${JSON.stringify(decoded)}, which separates the levels of namespaces in the upstream.`,
      )
  }
}
