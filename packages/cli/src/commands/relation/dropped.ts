import type { Command } from 'commander'
import { type Listed, readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listDropped } from '../../management/generated/dropped.ts'
import type { DroppedRelation } from '../../management/generated/schemas.ts'
import { type NamespaceAddress, namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import type { RelationKind } from './kind.ts'

export function registerDropped(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('dropped')
    .description(`Lists the dropped ${kind}s that you manage and that can still be restored, and until when.`)
    .argument('[namespace]', 'their former namespace (default: all namespaces of the warehouse)')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, name: string | undefined, { limit }: { readonly limit?: number }) => {
        const at =
          name === undefined
            ? { warehouse: session.warehouse, namespace: [] }
            : namespaceAddress(name, session.warehouse)
        showList(session, await readDropped(session, kind, at, limit), `dropped ${kind}s`, [
          { heading: kind, cell: (row) => formatLevels([...row.namespace, row.name]) },
          { heading: 'dropped', cell: (row) => formatTime(row.droppedAt) },
          {
            heading: 'kept until',
            cell: (row) => (row.purging ? 'being deleted' : formatTime(row.expiresAt)),
          },
          { heading: 'then its files', cell: (row) => (row.purge ? 'are deleted' : 'remain') },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}

/** Returns the kind whose commands show a dropped relation. The commands of tables also show Lance tables. */
function toCommandKind(kind: DroppedRelation['kind'] | undefined): DroppedRelation['kind'] | undefined {
  return kind === 'lance-table' ? 'table' : kind
}

/** Reads the dropped tables, or the dropped views, from the list of the server, which contains both. */
export async function readDropped(
  session: Session,
  kind: RelationKind,
  { warehouse, namespace }: NamespaceAddress,
  limit: number = Infinity,
): Promise<Listed<DroppedRelation>> {
  const { items, raw } = await readList(session, {
    key: 'dropped',
    request: (page) => listDropped(session.client, { warehouse, query: { namespace, ...page } }),
  })
  const places = items
    .keys()
    .filter((index) => toCommandKind(items[index]?.kind) === kind)
    .toArray()
  const shown = places.slice(0, limit)
  const shownRaw = shown.flatMap((index) => raw[index] ?? [])
  return {
    items: shown.flatMap((index) => items[index] ?? []),
    raw: shownRaw,
    json: { dropped: shownRaw, nextPageToken: null },
    more: places.length > shown.length,
  }
}
