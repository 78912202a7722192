import type { Int64 } from '@headgate/json'
import type { Command } from 'commander'
import { z } from 'zod'
import { decode } from '../../connection/response.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import type { Paint } from '../../output/paint.ts'
import { propertyTable } from '../../output/properties.ts'
import { details, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { relationPath } from './kind.ts'
import { schemaDecoder, schemaTable } from './schema-text.ts'
import { showLanceTable } from './show-lance-table.ts'
import { withoutCredentials } from './without-credentials.ts'

const int64: z.ZodType<Int64> = z.union([z.number(), z.bigint()])
const ordered = z.object({
  'spec-id': z.number().optional(),
  'order-id': z.number().optional(),
  fields: z.array(
    z.object({ transform: z.string(), name: z.string().optional(), direction: z.string().optional() }),
  ),
})

const tableDecoder = z.object({
  'metadata-location': z.string().nullish(),
  metadata: z.object({
    'format-version': z.number(),
    'table-uuid': z.string().optional(),
    location: z.string(),
    'last-updated-ms': int64,
    'current-snapshot-id': int64.nullish(),
    'current-schema-id': z.number().optional(),
    schemas: z.array(schemaDecoder).default([]),
    schema: schemaDecoder.optional(),
    'default-spec-id': z.number().optional(),
    'partition-specs': z.array(ordered).default([]),
    properties: z.record(z.string(), z.string()).default({}),
    snapshots: z
      .array(
        z.object({
          'snapshot-id': int64,
          'timestamp-ms': int64,
          summary: z.record(z.string(), z.string()).default({}),
        }),
      )
      .default([]),
    refs: z.record(z.string(), z.object({ 'snapshot-id': int64, type: z.string() })).default({}),
  }),
})

type Metadata = z.output<typeof tableDecoder>['metadata']

interface Options {
  readonly snapshots?: boolean
  readonly lance?: boolean
}

export function registerShowTable(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a table: its location, columns, branches, tags and properties.')
    .argument('<table>', 'such as sales.orders')
    .option('--snapshots', 'show all snapshots, not only those of branches and tags, also with --json')
    .option('--lance', 'show a Lance table: its versions, tags, branches and indices')
    .action(
      inSession(io, async (session, name: string, { snapshots = false, lance = false }: Options) => {
        if (lance) return await showLanceTable(session, name, snapshots)
        const { client, out, warehouse } = session
        const address = relationAddress(name, warehouse)
        const query = { snapshots: snapshots ? 'all' : 'refs' }
        const response = await client.send({ method: 'GET', path: relationPath('table', address), query })
        out.result(withoutCredentials(response), (paint) => {
          const { metadata, 'metadata-location': file } = decode(tableDecoder, response)
          return [
            facts(paint, name, metadata, file),
            columns(paint, metadata),
            ...refs(paint, metadata),
            ...(snapshots ? history(paint, metadata) : []),
            ...propertyTable(paint, metadata.properties),
          ].join('\n\n')
        })
        return undefined
      }),
    )
}

function facts(paint: Paint, name: string, metadata: Metadata, file: string | null | undefined): string {
  return details(paint, [
    ['table', name],
    ['uuid', metadata['table-uuid']],
    ['format', `Iceberg ${metadata['format-version']}`],
    ['location', metadata.location],
    ['metadata file', file],
    ['last changed', formatTime(metadata['last-updated-ms'])],
    ['current snapshot', currentSnapshot(metadata)],
    ['partitioned by', partitioning(metadata)],
  ])
}

/**
 * Returns the id of the current snapshot, or null if the table has no snapshot. Old metadata files then contain the id
 * -1.
 */
function currentSnapshot({ 'current-snapshot-id': id }: Metadata): Int64 | null {
  return id === undefined || id === -1 ? null : id
}

function partitioning(metadata: Metadata): string | null {
  const spec = metadata['partition-specs'].find((each) => each['spec-id'] === metadata['default-spec-id'])
  return spec?.fields.map(({ name, transform }) => `${name ?? ''} (${transform})`).join(', ') || null
}

function columns(paint: Paint, metadata: Metadata): string {
  const current = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])
  return schemaTable(paint, current ?? metadata.schema ?? { fields: [] })
}

function refs(paint: Paint, metadata: Metadata): readonly string[] {
  const rows = Object.entries(metadata.refs)
  if (rows.length === 0) return []
  return [
    table(paint, rows, [
      { heading: 'reference', cell: ([name]) => name },
      { heading: 'kind', cell: ([, { type }]) => type },
      { heading: 'snapshot', cell: ([, ref]) => ref['snapshot-id'], right: true },
    ]),
  ]
}

function history(paint: Paint, { snapshots }: Metadata): readonly string[] {
  if (snapshots.length === 0) return []
  return [
    table(paint, snapshots, [
      { heading: 'snapshot', cell: (row) => row['snapshot-id'], right: true },
      { heading: 'at', cell: (row) => formatTime(row['timestamp-ms']) },
      { heading: 'operation', cell: ({ summary }) => summary['operation'] ?? null },
      { heading: 'added records', cell: ({ summary }) => summary['added-records'] ?? null, right: true },
      { heading: 'total records', cell: ({ summary }) => summary['total-records'] ?? null, right: true },
    ]),
  ]
}
