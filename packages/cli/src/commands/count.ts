import { Argument, type Command } from 'commander'
import type { Io } from '../io.ts'
import { countObjects } from '../management/generated/warehouses.ts'
import { namespaceAddress } from '../names/address.ts'
import { details } from '../output/table.ts'
import { inSession, type Session } from '../session.ts'

type Kind = 'warehouse' | 'namespace'

/**
 * Registers `headgate warehouse count` or `headgate namespace count`, which counts the namespaces, tables and views in
 * a warehouse or namespace.
 */
export function registerCount(group: Command, io: Io, kind: Kind): void {
  const where = kind === 'warehouse' ? 'of a warehouse' : 'directly in a namespace'
  group
    .command('count')
    .description(`Counts the namespaces, tables and views ${where}. You must manage it.`)
    .addArgument(new Argument(kind === 'warehouse' ? '[warehouse]' : '<namespace>'))
    .action(inSession(io, (session, name: string | undefined) => count(session, kind, name)))
}

async function count({ client, out, warehouse: usual }: Session, kind: Kind, name = ''): Promise<void> {
  const { warehouse, ...query } =
    kind === 'warehouse' ? { warehouse: name === '' ? usual : name } : namespaceAddress(name, usual)
  const response = await countObjects(client, { warehouse, query })
  const { namespaces, tables, views, lanceTables, complete } = response.body
  out.result(response, (paint) =>
    details(paint, [
      ['namespaces', namespaces],
      ['tables', tables],
      ['views', views],
      ['lance tables', lanceTables === 0 ? undefined : lanceTables],
    ]),
  )
  if (!complete) out.note('There are more objects than the server counts.')
}
