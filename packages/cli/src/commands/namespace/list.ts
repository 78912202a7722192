import type { Command } from 'commander'
import type { Listed } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { childNamespaces, walkNamespaces } from './walk.ts'

interface Options {
  readonly recursive?: boolean
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists the namespaces of a warehouse that you may see.')
    .argument('[parent]', 'list the namespaces below this one (default: the outermost ones)')
    .option('-r, --recursive', 'list nested namespaces too')
    .addOption(limitOption())
    .action(inSession(io, list))
}

async function list(session: Session, parent: string | undefined, options: Options): Promise<void> {
  const { warehouse, namespace } =
    parent === undefined
      ? { warehouse: session.warehouse, namespace: [] }
      : namespaceAddress(parent, session.warehouse)
  const listed =
    options.recursive === true
      ? await allBelow(session, warehouse, namespace, options.limit)
      : await childNamespaces(session, warehouse, namespace, options.limit)
  showList(session, listed, 'namespaces', [{ heading: 'namespace', cell: formatLevels }])
}

async function allBelow(
  session: Session,
  warehouse: string,
  parent: readonly string[],
  limit = Infinity,
): Promise<Omit<Listed<readonly string[]>, 'raw'>> {
  const items: (readonly string[])[] = []
  for await (const namespace of walkNamespaces(session, warehouse, parent)) {
    if (items.length === limit) return { items, json: { namespaces: items }, more: true }
    items.push(namespace)
    session.out.progress(`${items.length} namespaces …`)
  }
  return { items, json: { namespaces: items }, more: false }
}
