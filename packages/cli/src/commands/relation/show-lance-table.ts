import { z } from 'zod'
import { decode } from '../../connection/response.ts'
import { type RelationAddress, relationAddress } from '../../names/address.ts'
import type { Paint } from '../../output/paint.ts'
import { propertyTable } from '../../output/properties.ts'
import { type Column, details, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import type { Session } from '../../session.ts'
import { sendToLance } from './lance-requests.ts'

const tableDecoder = z.object({
  location: z.string(),
  version: z.number().optional(),
  is_only_declared: z.boolean().optional(),
  managed_versioning: z.boolean().optional(),
  properties: z.record(z.string(), z.string()).default({}),
  schema: z
    .object({
      fields: z.array(
        z.object({ name: z.string(), nullable: z.boolean(), type: z.object({ type: z.string() }) }),
      ),
    })
    .optional(),
  metadata: z.record(z.string(), z.string()).default({}),
})
type Described = z.output<typeof tableDecoder>

const versionsDecoder = z.object({
  versions: z.array(
    z.object({
      version: z.number(),
      timestamp_millis: z.number().optional(),
      metadata: z.record(z.string(), z.string()).default({}),
    }),
  ),
  page_token: z.string().nullish(),
})
const tagsDecoder = z.object({
  tags: z.record(z.string(), z.object({ version: z.number(), branch: z.string().optional() })),
})
const branchesDecoder = z.object({
  branches: z.record(
    z.string(),
    z.object({ parentBranch: z.string().optional(), parentVersion: z.number(), createAt: z.number() }),
  ),
})
const indicesDecoder = z.object({
  indexes: z.array(
    z.object({ index_name: z.string(), index_type: z.string().optional(), columns: z.array(z.string()) }),
  ),
})

const shownVersions = 10
const allVersions = 1_000

/** Shows a Lance table. Its versions, tags, branches and indices come from the files of the table. */
export async function showLanceTable(session: Session, name: string, all: boolean): Promise<void> {
  const address = relationAddress(name, session.warehouse)
  const body = { vend_credentials: false, load_detailed_metadata: true }
  const described = await sendToLance(session, address, 'describe', { body })
  const isWritten = decode(tableDecoder, described).is_only_declared !== true
  const [versions, tags, branches, indices] = isWritten
    ? await readContent(session, address, all)
    : [null, null, null, null]
  const json = {
    table: described.json,
    versions: versions?.json ?? null,
    tags: tags?.json ?? null,
    branches: branches?.json ?? null,
    indices: indices?.json ?? null,
  }
  session.out.result({ json }, (paint) => {
    const facts = decode(tableDecoder, described)
    return [
      factsOf(paint, name, facts),
      ...columnsOf(paint, facts),
      ...(versions === null
        ? []
        : section(paint, decode(versionsDecoder, versions).versions, versionColumns)),
      ...(tags === null ? [] : section(paint, Object.entries(decode(tagsDecoder, tags).tags), tagColumns)),
      ...(branches === null
        ? []
        : section(paint, Object.entries(decode(branchesDecoder, branches).branches), branchColumns)),
      ...(indices === null ? [] : section(paint, decode(indicesDecoder, indices).indexes, indexColumns)),
      ...propertyTable(paint, facts.properties),
    ].join('\n\n')
  })
  const next = versions === null ? null : decode(versionsDecoder, versions).page_token
  if (typeof next === 'string')
    session.out.note(
      all
        ? `The table has more versions. These are the latest ${allVersions}.`
        : 'The table has more versions. Show them with --snapshots.',
    )
}

async function readContent(
  session: Session,
  address: RelationAddress,
  all: boolean,
): Promise<readonly Awaited<ReturnType<typeof sendToLance>>[]> {
  const query = { descending: 'true', limit: all ? allVersions : shownVersions }
  return await Promise.all([
    sendToLance(session, address, 'version/list', { query }),
    sendToLance(session, address, 'tags/list'),
    sendToLance(session, address, 'branches/list'),
    sendToLance(session, address, 'index/list'),
  ])
}

function factsOf(paint: Paint, name: string, described: Described): string {
  const { location, version, metadata, is_only_declared: isDeclared, managed_versioning: managed } = described
  return details(paint, [
    ['table', name],
    ['format', 'Lance'],
    ['location', location],
    ['version', isDeclared === true ? 'none: the table is only declared' : version],
    ['rows', metadata['total_rows']],
    ['fragments', metadata['total_fragments']],
    ['commits', managed === true ? 'by the server' : 'in the storage'],
  ])
}

function columnsOf(paint: Paint, { schema }: Described): readonly string[] {
  return section(paint, schema?.fields ?? [], [
    { heading: 'column', cell: ({ name }) => name },
    { heading: 'type', cell: ({ type, nullable }) => type.type + (nullable ? '' : ' not null') },
  ])
}

const versionColumns: readonly Column<z.output<typeof versionsDecoder>['versions'][number]>[] = [
  { heading: 'version', cell: ({ version }) => version, right: true },
  { heading: 'at', cell: ({ timestamp_millis: at }) => (at === undefined ? null : formatTime(at)) },
  {
    heading: 'metadata',
    cell: ({ metadata }) =>
      Object.entries(metadata)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ') || null,
  },
]

const tagColumns: readonly Column<readonly [string, z.output<typeof tagsDecoder>['tags'][string]]>[] = [
  { heading: 'tag', cell: ([name]) => name },
  { heading: 'version', cell: ([, { version }]) => version, right: true },
  { heading: 'branch', cell: ([, { branch }]) => branch ?? 'main' },
]

const branchColumns: readonly Column<
  readonly [string, z.output<typeof branchesDecoder>['branches'][string]]
>[] = [
  { heading: 'branch', cell: ([name]) => name },
  { heading: 'from', cell: ([, { parentBranch }]) => parentBranch ?? 'main' },
  { heading: 'version', cell: ([, { parentVersion }]) => parentVersion, right: true },
  { heading: 'created', cell: ([, { createAt }]) => formatTime(createAt * 1000) },
]

const indexColumns: readonly Column<z.output<typeof indicesDecoder>['indexes'][number]>[] = [
  { heading: 'index', cell: ({ index_name: name }) => name },
  { heading: 'type', cell: ({ index_type: type }) => type ?? null },
  { heading: 'columns', cell: ({ columns }) => columns.join(', ') },
]

function section<Row>(
  paint: Paint,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): readonly string[] {
  return rows.length === 0 ? [] : [table(paint, rows, columns)]
}
