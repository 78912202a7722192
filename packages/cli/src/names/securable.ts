import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { SecurableName } from '../management/generated/schemas.ts'
import { visible } from '../output/visible.ts'
import { formatLevels, parseDotted } from './dotted.ts'

/**
 * Parses `server`, `warehouse:lakehouse`, `namespace:lakehouse/sales.eu`, `table:lakehouse/sales.eu.orders` and
 * `view:…`. The default warehouse is the one of `--warehouse`.
 *
 * @throws CliError for any other text
 */
export function parseSecurable(text: string, defaultWarehouse: string): SecurableName {
  if (text === 'server') return 'server'
  const colon = text.indexOf(':')
  const kind = text.slice(0, Math.max(colon, 0))
  const name = text.slice(colon + 1)
  if (colon === -1) throw invalidObject(text)
  if (kind === 'warehouse') return { warehouse: parseWarehouse(name) }
  if (kind !== 'namespace' && kind !== 'table' && kind !== 'view') throw invalidObject(text)
  const { warehouse, levels } = parseDotted(name)
  const at = { warehouse: warehouse ?? defaultWarehouse }
  if (kind === 'namespace') return { ...at, namespace: levels }
  return { ...at, ...splitRelation(levels, name) }
}

const label = /^(?!(?:warehouse|namespace|table|view|role|principal):)([^:/"]+):(.+)$/

/**
 * Parses every text that {@link parseSecurable} parses, and also a table or view in the form of messages and audit
 * events: `lakehouse:sales.orders`. Only reading commands accept that form, because a grant needs the kind of the
 * object.
 */
export function parseObject(text: string, defaultWarehouse: string): SecurableName {
  const [, warehouse, name] = label.exec(text) ?? []
  if (warehouse === undefined || name === undefined) return parseSecurable(text, defaultWarehouse)
  return { warehouse, ...splitRelation(parseDotted(name).levels, name) }
}

/** Returns the query parameters that name an object to the server. */
export function toSecurableQuery(securable: SecurableName): {
  readonly server?: 'true'
  readonly warehouse?: string
  readonly namespace?: readonly string[] | undefined
  readonly relation?: string | undefined
} {
  return securable === 'server' ? { server: 'true' } : securable
}

/**
 * Splits the levels of a name into a namespace and the name of a table or view. The last level is the table or view.
 */
export function splitRelation(
  levels: readonly string[],
  text: string,
): { readonly namespace: readonly string[]; readonly relation: string } {
  const relation = levels.at(-1)
  if (relation === undefined || levels.length < 2) {
    throw new CliError(exitCode.usage, `The name ${visible(text)} has no namespace.`, {
      next: 'Write the name like sales.orders.',
    })
  }
  return { namespace: levels.slice(0, -1), relation }
}

/**
 * Formats an object of a grant in the form that {@link parseSecurable} parses. A grant does not contain whether its
 * object is a table or a view, so views are formatted as `table:` too.
 */
export function formatSecurable(securable: SecurableName): string {
  if (securable === 'server') return 'server'
  const { warehouse, namespace, relation } = securable
  if (namespace === undefined) return `warehouse:${warehouse}`
  if (relation === undefined) return `namespace:${warehouse}/${formatLevels(namespace)}`
  return `table:${warehouse}/${formatLevels([...namespace, relation])}`
}

function parseWarehouse(name: string): string {
  if (name !== '' && !/[/"]/.test(name)) return name
  throw new CliError(exitCode.usage, `${visible(name) || '""'} is not a valid name of a warehouse.`, {
    next: 'Write the name like warehouse:lakehouse.',
  })
}

function invalidObject(text: string): CliError {
  return new CliError(exitCode.usage, `The object ${visible(text) || '""'} is not valid.`, {
    next: 'Write server, warehouse:NAME, namespace:WAREHOUSE/NAME.NAME, table:WAREHOUSE/NAMESPACE.TABLE or view:….',
  })
}
