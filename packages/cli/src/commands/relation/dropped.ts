import type { Command } from 'commander'
import { z } from 'zod'
import type { Listed } from '../../connection/pages.ts'
import { readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { type NamespaceAddress, namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { moment } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import type { RelationKind } from './kind.ts'

/** A dropped table or view, as far as this program shows it. */
export interface Dropped {
  readonly id: string
  readonly namespace: readonly string[]
  readonly name: string
  readonly kind: string
  readonly droppedAt: string
  readonly expiresAt: string
  readonly purge: boolean
  readonly purging: boolean
}

const dropped: z.ZodType<Dropped> = z.object({
  id: z.string(),
  namespace: z.array(z.string()),
  name: z.string(),
  kind: z.string(),
  droppedAt: z.string(),
  expiresAt: z.string(),
  purge: z.boolean(),
  purging: z.boolean(),
})

export function registerDropped(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('dropped')
    .description(
      `Lists dropped ${kind}s that are still kept, those that you manage, and until when they can be restored.`,
    )
    .argument('[namespace]', 'where they were; without it, anywhere in the warehouse')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, name: string | undefined, { limit }: { readonly limit?: number }) => {
        const at =
          name === undefined
            ? { warehouse: session.warehouse, namespace: [] }
            : namespaceAddress(name, session.warehouse)
        showList(session, await readDropped(session, kind, at, limit), `dropped ${kind}s there`, [
          { heading: kind, cell: (row) => formatLevels([...row.namespace, row.name]) },
          { heading: 'dropped', cell: (row) => moment(row.droppedAt) },
          { heading: 'kept until', cell: (row) => (row.purging ? 'being deleted' : moment(row.expiresAt)) },
          { heading: 'then its files', cell: (row) => (row.purge ? 'are deleted' : 'stay') },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}

/** The server lists tables and views together. */
export async function readDropped(
  session: Session,
  kind: RelationKind,
  { warehouse, namespace }: NamespaceAddress,
  limit: number = Infinity,
): Promise<Listed<Dropped>> {
  const { items, raw } = await readList(session, {
    path: path`/management/v1/warehouses/${warehouse}/dropped`,
    query: { namespace },
    key: 'dropped',
    item: dropped,
  })
  const places = items
    .keys()
    .filter((index) => items[index]?.kind === kind)
    .toArray()
  const shown = places.slice(0, limit)
  const kept = shown.flatMap((index) => raw[index] ?? [])
  return {
    items: shown.flatMap((index) => items[index] ?? []),
    raw: kept,
    json: { dropped: kept, nextPageToken: null },
    more: places.length > shown.length,
  }
}
