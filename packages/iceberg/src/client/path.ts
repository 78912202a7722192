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

/** The path of an operation, below the catalog's URI, escaped. */
export function pathOf(
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
 * A namespace as a path segment or query value.
 *
 * Limits on length and characters are the server's affair. What is refused here is only what a URL cannot carry.
 *
 * @param separator as the server advertises it, that is, already escaped
 * @throws {HeadgateError} bad-request
 */
export function encodeNamespace(levels: readonly string[], separator: string): string {
  if (levels.length === 0) throw new HeadgateError('bad-request', 'Invalid namespace: it has no level')
  const decoded = unescaped(separator)
  for (const level of levels) {
    if (level.includes(decoded))
      throw new HeadgateError(
        'bad-request',
        `Invalid namespace level ${JSON.stringify(level)}: it contains ${JSON.stringify(decoded)}, which stands between levels at this server`,
      )
  }
  return levels.map((level) => encodeName(level, 'namespace level')).join(separator)
}

function unescaped(separator: string): string {
  try {
    return decodeURIComponent(separator)
  } catch {
    return separator
  }
}

function encodeName(name: string, what: string): string {
  // Servers and proxies resolve the dots, escaped or not, as steps in the path.
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed())
    throw new HeadgateError('bad-request', `Invalid ${what}: ${JSON.stringify(name)} cannot be part of a URL`)
  return encodeURIComponent(name)
}
