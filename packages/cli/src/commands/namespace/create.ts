import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { keyValue } from '../../options.ts'
import { visible } from '../../output/visible.ts'
import { inSession } from '../../session.ts'

interface Options {
  readonly property?: Readonly<Record<string, string>>
}

export function registerCreate(group: Command, io: Io): void {
  group
    .command('create')
    .description('Creates a namespace, whose parent must exist. You become its owner.')
    .argument('<namespace>', 'such as sales.eu')
    .option('--property <key=value>', 'property; repeatable', keyValue)
    .action(
      inSession(io, async ({ client, out, warehouse: usual }, name: string, { property }: Options) => {
        const { warehouse, namespace } = namespaceAddress(name, usual)
        const response = await client.send({
          method: 'POST',
          path: path`/v1/${warehouse}/namespaces`,
          body: { namespace, properties: property ?? {} },
        })
        out.result(response, () =>
          visible(`The namespace ${formatLevels(namespace)} was created in ${warehouse}.`),
        )
      }),
    )
}
