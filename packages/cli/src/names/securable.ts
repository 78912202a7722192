import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'
import { formatLevels, parseDotted } from './dotted.ts'

/** An object that grants are on, as the management interface names it. */
export type Securable =
  | 'server'
  | { readonly warehouse: string; readonly namespace?: readonly string[]; readonly relation?: string }

/**
 * Reads `server`, `warehouse:lakehouse`, `namespace:lakehouse/sales.eu`, `table:lakehouse/sales.eu.orders` and
 * `view:…`. Without a warehouse, it is the one of `--warehouse`.
 *
 * @throws CliError for anything else
 */
export function parseSecurable(text: string, defaultWarehouse: string): Securable {
  if (text === 'server') return 'server'
  const colon = text.indexOf(':')
  const kind = text.slice(0, Math.max(colon, 0))
  const name = text.slice(colon + 1)
  if (colon === -1) throw unknown(text)
  if (kind === 'warehouse') return { warehouse: parseWarehouse(name) }
  if (kind !== 'namespace' && kind !== 'table' && kind !== 'view') throw unknown(text)
  const { warehouse, levels } = parseDotted(name)
  const at = { warehouse: warehouse ?? defaultWarehouse }
  if (kind === 'namespace') return { ...at, namespace: levels }
  return { ...at, ...splitRelation(levels, name) }
}

const label = /^(?!(?:warehouse|namespace|table|view|role|principal):)([^:/"]+):(.+)$/

/**
 * As {@link parseSecurable}, and a table or view also as messages and events name it: `lakehouse:sales.orders`. For
 * commands that only look: where something is granted, what kind of object is meant must be written.
 */
export function parseObject(text: string, defaultWarehouse: string): Securable {
  const [, warehouse, name] = label.exec(text) ?? []
  if (warehouse === undefined || name === undefined) return parseSecurable(text, defaultWarehouse)
  return { warehouse, ...splitRelation(parseDotted(name).levels, name) }
}

/** The last level is the table or view, the others are its namespace. */
export function splitRelation(
  levels: readonly string[],
  text: string,
): { readonly namespace: readonly string[]; readonly relation: string } {
  const relation = levels.at(-1)
  if (relation === undefined || levels.length < 2) {
    throw new CliError(exitCode.usage, `The name ${visible(text)} lacks its namespace.`, {
      next: 'Write it like sales.orders.',
    })
  }
  return { namespace: levels.slice(0, -1), relation }
}

/** The same words again. What a relation is, a table or a view, a grant does not say: both are written `table:`. */
export function formatSecurable(securable: Securable): string {
  if (securable === 'server') return 'server'
  const { warehouse, namespace, relation } = securable
  if (namespace === undefined) return `warehouse:${warehouse}`
  if (relation === undefined) return `namespace:${warehouse}/${formatLevels(namespace)}`
  return `table:${warehouse}/${formatLevels([...namespace, relation])}`
}

function parseWarehouse(name: string): string {
  if (name !== '' && !/[/"]/.test(name)) return name
  throw new CliError(exitCode.usage, `There can be no warehouse named ${visible(name) || '""'}.`, {
    next: 'Write it like warehouse:lakehouse.',
  })
}

function unknown(text: string): CliError {
  return new CliError(exitCode.usage, `The object ${visible(text) || '""'} cannot be read.`, {
    next: 'Write server, warehouse:NAME, namespace:WAREHOUSE/NAME.NAME, table:WAREHOUSE/NAMESPACE.TABLE or view:….',
  })
}
