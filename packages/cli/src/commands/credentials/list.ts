import type { Command } from 'commander'
import { readPages } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listStorageAccess, type ListStorageAccessQuery } from '../../management/generated/credentials.ts'
import type { StorageAccess } from '../../management/generated/schemas.ts'
import { relationAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import type { Column } from '../../output/table.ts'
import { formatRemaining, formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Options {
  readonly principal?: string
  readonly engine?: string
  readonly table?: string
  readonly in?: string
  readonly limit: number
}

const colours: Readonly<Record<string, 'red' | 'yellow'>> = { revoked: 'red', ended: 'yellow' }

/** Columns of the table of issued storage credentials. The option `--json` also shows all other members. */
const columns: readonly Column<StorageAccess>[] = [
  {
    heading: 'principal',
    cell: ({ principal, engine }) =>
      [principal.name ?? principal.id, ...(engine === null ? [] : [engine.name ?? engine.id])].join(' via '),
  },
  { heading: 'table', cell: formatTable },
  { heading: 'access', cell: ({ access }) => access },
  { heading: 'mode', cell: ({ mode }) => mode },
  { heading: 'state', cell: ({ state }) => state, paint: ({ state }) => colours[state] ?? null },
  { heading: 'works for', cell: ({ endsAt }) => formatRemaining(endsAt) },
  { heading: 'key', cell: ({ keyId }) => keyId },
]

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description(
      'Lists the storage credentials that have not expired, those that expire last first. A revoked credential of the gateway works for seconds, one of a store until it expires.',
    )
    .option('--principal <name>', 'list credentials of this principal: its client id, id, or ISSUER#SUBJECT')
    .option('--engine <name>', 'list credentials that this engine received, for users or for itself')
    .option('--table <table>', 'list credentials for this table: lakehouse/sales.orders')
    .option('--in <warehouse>', 'list credentials for the tables of this warehouse')
    .addOption(limitOption(100))
    .action(inSession(io, list))
}

async function list(session: Session, options: Options): Promise<void> {
  const { limit } = options
  const query = toQuery(options, session.warehouse)
  const items: StorageAccess[] = []
  let last: Awaited<ReturnType<typeof listStorageAccess>> | undefined
  const request = async (
    page: Pick<ListStorageAccessQuery, 'pageSize' | 'pageToken'>,
  ): ReturnType<typeof listStorageAccess> => {
    last = await listStorageAccess(session.client, { query: { ...query, ...page } })
    return last
  }
  let more = false
  const raw = []
  for await (const page of readPages(session, { key: 'access', request, limit })) {
    items.push(...page.items)
    raw.push(...page.raw)
    more = page.next !== null
  }
  const { completeUntil = '', gaps = [] } = last?.body ?? {}
  const json = { access: raw, completeUntil, gaps: gaps.map((gap) => ({ ...gap })) }
  showList(session, { items, json, more }, 'such credentials', columns)
  session.out.note(`Complete for credentials that were issued until ${formatTime(completeUntil)}.`)
  for (const { from, until } of gaps)
    session.out.warn(
      `Credentials that were issued from ${formatTime(from)} to ${formatTime(until)} may be missing: a server process was killed, or could not write.`,
    )
}

function toQuery({ principal, engine, table, in: place }: Options, usual: string): ListStorageAccessQuery {
  const of = { principal, engine }
  if (table === undefined) return { ...of, warehouse: place }
  const { warehouse, namespace, relation } = relationAddress(table, place ?? usual)
  return { ...of, warehouse, namespace, table: relation }
}

function formatTable({ table, tableId }: StorageAccess): string {
  if (table === null || table === 'server') return `(removed) ${tableId}`
  const { warehouse, namespace = [], relation = '' } = table
  return `${warehouse}/${formatLevels([...namespace, relation])}`
}
