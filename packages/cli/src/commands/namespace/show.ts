import type { JsonObject } from '@headgate/json'
import type { Command } from 'commander'
import { z } from 'zod'
import { path } from '../../connection/path.ts'
import { decode } from '../../connection/response.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { propertyTable } from '../../output/properties.ts'
import { details, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { readLocations } from './locations.ts'

const namespaceDecoder = z.object({ properties: z.record(z.string(), z.string()).nullish() })

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a namespace, its properties and the locations that are granted to it.')
    .argument('<namespace>', 'such as sales.eu')
    .action(
      inSession(io, async (session, name: string) => {
        const { warehouse, namespace } = namespaceAddress(name, session.warehouse)
        const response = await session.client.send({
          method: 'GET',
          path: path`/v1/${warehouse}/namespaces/${namespace}`,
        })
        const { properties } = decode(namespaceDecoder, response)
        const { items, raw } = await readLocations(session, warehouse, namespace)
        session.out.result({ json: { ...(response.json as JsonObject), locations: raw } }, (paint) => {
          const facts = details(paint, [
            ['namespace', formatLevels(namespace)],
            ['warehouse', warehouse],
          ])
          const locations =
            items.length === 0
              ? []
              : [
                  table(paint, items, [
                    { heading: 'granted location', cell: ({ location }) => location },
                    { heading: 'granted', cell: ({ grantedAt }) => formatTime(grantedAt) },
                  ]),
                ]
          return [facts, ...propertyTable(paint, properties ?? {}), ...locations].join('\n\n')
        })
      }),
    )
}
