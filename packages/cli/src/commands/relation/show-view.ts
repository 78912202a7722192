import type { Command } from 'commander'
import { z } from 'zod'
import { decode } from '../../connection/response.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import type { Paint } from '../../output/paint.ts'
import { propertyTable } from '../../output/properties.ts'
import { details } from '../../output/table.ts'
import { visibleLines } from '../../output/visible.ts'
import { inSession } from '../../session.ts'
import { relationPath } from './kind.ts'
import { schemaDecoder, schemaTable } from './schema-text.ts'

const viewDecoder = z.object({
  'metadata-location': z.string(),
  metadata: z.object({
    'view-uuid': z.string(),
    location: z.string(),
    'current-version-id': z.number(),
    versions: z.array(
      z.object({
        'version-id': z.number(),
        'schema-id': z.number(),
        representations: z.array(
          z.object({ type: z.string(), sql: z.string().optional(), dialect: z.string().optional() }),
        ),
      }),
    ),
    schemas: z.array(schemaDecoder),
    properties: z.record(z.string(), z.string()).default({}),
  }),
})

export function registerShowView(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a view: its columns, its text in each SQL dialect, and its properties.')
    .argument('<view>', 'such as sales.orders_by_day')
    .action(
      inSession(io, async ({ client, out, warehouse }, name: string) => {
        const address = relationAddress(name, warehouse)
        const response = await client.send({ method: 'GET', path: relationPath('view', address) })
        out.result(response, (paint) => text(paint, name, decode(viewDecoder, response)))
      }),
    )
}

function text(paint: Paint, name: string, { metadata, ...rest }: z.output<typeof viewDecoder>): string {
  const version = metadata.versions.find((each) => each['version-id'] === metadata['current-version-id'])
  const columns = metadata.schemas.find((each) => each['schema-id'] === version?.['schema-id'])
  const facts = details(paint, [
    ['view', name],
    ['uuid', metadata['view-uuid']],
    ['version', metadata['current-version-id']],
    ['location', metadata.location],
    ['metadata file', rest['metadata-location']],
  ])
  const sql = (version?.representations ?? []).map(
    ({ dialect, sql }) => `${paint('dim', (dialect ?? 'sql').toUpperCase())}\n${visibleLines(sql ?? '-')}`,
  )
  return [
    facts,
    schemaTable(paint, columns ?? { fields: [] }),
    ...sql,
    ...propertyTable(paint, metadata.properties),
  ].join('\n\n')
}
