import type { Command } from 'commander'
import { z } from 'zod'
import { readIcebergList } from '../../connection/iceberg-list.ts'
import type { Listed } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { type NamespaceAddress, namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { walkNamespaces } from '../namespace/walk.ts'
import { listLanceTables } from './lance-requests.ts'
import type { RelationKind } from './kind.ts'

const identifiersDecoder = z.object({
  identifiers: z.array(z.object({ namespace: z.array(z.string()), name: z.string() })),
})
type Identifier = z.output<typeof identifiersDecoder>['identifiers'][number]

interface Options {
  readonly recursive?: boolean
  readonly limit?: number
  readonly lance?: boolean
}

export function registerList(group: Command, io: Io, kind: RelationKind): void {
  const command = group
    .command('list')
    .description(`Lists the ${kind}s that you may see.`)
    .argument('[namespace]', 'their namespace (default: all namespaces of the warehouse)')
    .option('-r, --recursive', 'list those of nested namespaces too')
    .addOption(limitOption())
  if (kind === 'table') command.option('--lance', 'list the Lance tables')
  command.action(
    inSession(io, async (session, name: string | undefined, { recursive, limit, lance }: Options) => {
      const at: NamespaceAddress =
        name === undefined
          ? { warehouse: session.warehouse, namespace: [] }
          : namespaceAddress(name, session.warehouse)
      const isDeep = recursive === true || name === undefined
      const listed =
        lance === true
          ? await lanceTables(session, at, isDeep, limit)
          : isDeep
            ? await relationsBelow(session, kind, at, limit)
            : await relationsIn(session, kind, at, limit)
      showList(session, listed, `${kind}s`, [
        { heading: kind, cell: ({ namespace, name }) => formatLevels([...namespace, name]) },
      ])
    }),
  )
}

async function lanceTables(
  session: Session,
  { warehouse, namespace }: NamespaceAddress,
  isDeep: boolean,
  limit = Infinity,
): Promise<Omit<Listed<Identifier>, 'raw'>> {
  const isIn = (levels: readonly string[]): boolean =>
    namespace.every((level, index) => levels[index] === level) &&
    (isDeep || levels.length === namespace.length)
  const all = await listLanceTables(session, warehouse, namespace.length === 0 ? limit : Infinity)
  const found = all.names
    .map((names) => ({ namespace: names.slice(0, -1), name: names.at(-1) ?? '' }))
    .filter((identifier) => isIn(identifier.namespace))
  const items = found.slice(0, limit)
  return {
    items,
    json: { identifiers: items.map((item) => ({ ...item })) },
    more: all.more || found.length > items.length,
  }
}

async function relationsIn(
  session: Session,
  kind: RelationKind,
  { warehouse, namespace }: NamespaceAddress,
  limit: number | undefined,
): Promise<Listed<Identifier>> {
  return readIcebergList(session, {
    path: path`/v1/${warehouse}/namespaces/${namespace}/${`${kind}s`}`,
    key: 'identifiers',
    decoder: identifiersDecoder,
    limit,
  })
}

async function relationsBelow(
  session: Session,
  kind: RelationKind,
  at: NamespaceAddress,
  limit = Infinity,
): Promise<Omit<Listed<Identifier>, 'raw'>> {
  const items: Identifier[] = []
  const toListed = (more: boolean): Omit<Listed<Identifier>, 'raw'> => ({
    items,
    json: { identifiers: items.map((item) => ({ ...item })) },
    more,
  })
  for await (const namespace of namespacesFrom(session, at)) {
    if (items.length >= limit) return toListed(true)
    const here = await relationsIn(session, kind, { ...at, namespace }, limit - items.length)
    items.push(...here.items)
    if (here.more) return toListed(true)
    session.out.progress(`${items.length} ${kind}s …`)
  }
  return toListed(false)
}

async function* namespacesFrom(
  session: Session,
  { warehouse, namespace }: NamespaceAddress,
): AsyncGenerator<readonly string[]> {
  if (namespace.length > 0) yield namespace
  yield* walkNamespaces(session, warehouse, namespace)
}
