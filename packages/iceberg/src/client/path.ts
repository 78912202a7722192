import { HeadgateError } from '@headgate/errors'
import { operation, type OperationId } from '../rest/operations.ts'
import type { CatalogConfig } from './config.ts'

export interface PathParams {
  readonly namespace?: readonly string[]
  readonly table?: string
  readonly view?: string
  readonly function?: string
  readonly planId?: string
}

/** Returns the escaped path of an operation, relative to the URI of the catalog. */
export function buildPath(
  config: CatalogConfig,
  id: OperationId,
  { namespace, table, view, function: name, planId }: PathParams = {},
): string {
  return operation(id)
    .path.replace('/{prefix}', () => (config.prefix === null ? '' : `/${config.prefix}`))
    .replace('{namespace}', () => encodeNamespace(namespace ?? [], config.namespaceSeparator))
    .replace('{table}', () => encodeName(table ?? '', 'table name'))
    .replace('{view}', () => encodeName(view ?? '', 'view name'))
    .replace('{function}', () => encodeName(name ?? '', 'function name'))
    .replace('{plan-id}', () => encodeName(planId ?? '', 'plan id'))
}

/**
 * Escapes a namespace for a path segment or query value. Refuses only names that a URL cannot contain, because each
 * server has its own limits on length and characters.
 *
 * @param separator separator of the server, percent-encoded
 * @throws {HeadgateError} bad-request
 */
export function encodeNamespace(levels: readonly string[], separator: string): string {
  if (levels.length === 0)
    throw new HeadgateError('bad-request', 'Invalid namespace []: it must have at least one level')
  const unescaped = unescapeSeparator(separator)
  for (const level of levels) {
    if (level.includes(unescaped))
      throw new HeadgateError(
        'bad-request',
        `Invalid namespace level ${JSON.stringify(level)}: it contains ${JSON.stringify(unescaped)}, the separator between levels on this server`,
      )
  }
  return levels.map((level) => encodeName(level, 'namespace level')).join(separator)
}

function unescapeSeparator(separator: string): string {
  try {
    return decodeURIComponent(separator)
  } catch {
    return separator
  }
}

function encodeName(name: string, kind: string): string {
  // Servers and proxies resolve the segments `.` and `..` as relative paths, even if the dots are percent-encoded.
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed())
    throw new HeadgateError('bad-request', `Invalid ${kind}: ${JSON.stringify(name)} cannot be part of a URL`)
  return encodeURIComponent(name)
}
