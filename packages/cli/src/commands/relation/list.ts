import type { Command } from 'commander'
import { z } from 'zod'
import { type Listed, readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { type NamespaceAddress, namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { walkNamespaces } from '../namespace/walk.ts'
import type { RelationKind } from './kind.ts'

const identifier = z.object({ namespace: z.array(z.string()), name: z.string() })
type Identifier = z.output<typeof identifier>

interface Options {
  readonly recursive?: boolean
  readonly limit?: number
}

export function registerList(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('list')
    .description(`Lists ${kind}s, those that you may see.`)
    .argument('[namespace]', 'where to look; without it, everywhere in the warehouse')
    .option('-r, --recursive', 'also in the namespaces below')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, name: string | undefined, { recursive, limit }: Options) => {
        const at: NamespaceAddress =
          name === undefined
            ? { warehouse: session.warehouse, namespace: [] }
            : namespaceAddress(name, session.warehouse)
        const listed =
          recursive === true || name === undefined
            ? await everywhere(session, kind, at, limit)
            : await relationsIn(session, kind, at, limit)
        showList(session, listed, `${kind}s there`, [
          { heading: kind, cell: ({ namespace, name }) => formatLevels([...namespace, name]) },
        ])
      }),
    )
}

async function relationsIn(
  session: Session,
  kind: RelationKind,
  { warehouse, namespace }: NamespaceAddress,
  limit: number | undefined,
): Promise<Listed<Identifier>> {
  return readList(session, {
    path: path`/v1/${warehouse}/namespaces/${namespace}/${`${kind}s`}`,
    key: 'identifiers',
    item: identifier,
    limit,
    nextPage: 'next-page-token',
  })
}

async function everywhere(
  session: Session,
  kind: RelationKind,
  at: NamespaceAddress,
  limit = Infinity,
): Promise<Omit<Listed<Identifier>, 'raw'>> {
  const items: Identifier[] = []
  const listed = (more: boolean): Omit<Listed<Identifier>, 'raw'> => ({
    items,
    json: { identifiers: items.map((item) => ({ ...item })) },
    more,
  })
  for await (const namespace of namespacesOf(session, at)) {
    if (items.length >= limit) return listed(true)
    const here = await relationsIn(session, kind, { ...at, namespace }, limit - items.length)
    items.push(...here.items)
    if (here.more) return listed(true)
    session.out.progress(`${items.length} ${kind}s …`)
  }
  return listed(false)
}

async function* namespacesOf(
  session: Session,
  { warehouse, namespace }: NamespaceAddress,
): AsyncGenerator<readonly string[]> {
  if (namespace.length > 0) yield namespace
  yield* walkNamespaces(session, warehouse, namespace)
}
