import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { propertyTable } from '../../output/properties.ts'
import { details } from '../../output/table.ts'
import { inSession } from '../../session.ts'

const shown = z.object({ properties: z.record(z.string(), z.string()).nullish() })

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a namespace and its properties.')
    .argument('<namespace>', 'such as sales.eu')
    .action(
      inSession(io, async ({ client, out, warehouse: usual }, name: string) => {
        const { warehouse, namespace } = namespaceAddress(name, usual)
        const answer = await client.send({
          method: 'GET',
          path: path`/v1/${warehouse}/namespaces/${namespace}`,
        })
        out.answer(answer, (paint) => {
          const { properties } = read(shown, answer)
          const facts = details(paint, [
            ['namespace', formatLevels(namespace)],
            ['warehouse', warehouse],
          ])
          return [facts, ...propertyTable(paint, properties ?? {})].join('\n\n')
        })
      }),
    )
}
