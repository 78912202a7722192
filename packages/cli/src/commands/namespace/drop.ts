import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { namespaceAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { visible } from '../../output/visible.ts'
import { inSession } from '../../session.ts'

export function registerDrop(group: Command, io: Io): void {
  group
    .command('drop')
    .description('Drops an empty namespace and the grants on it.')
    .argument('<namespace>', 'such as sales.eu')
    .action(
      inSession(io, async (session, name: string) => {
        const { warehouse, namespace } = namespaceAddress(name, session.warehouse)
        const label = `${formatLevels(namespace)} of ${warehouse}`
        await session.confirm(`Drop the namespace ${label}?`)
        const response = await session.client.send({
          method: 'DELETE',
          path: path`/v1/${warehouse}/namespaces/${namespace}`,
        })
        session.out.result(response, () => visible(`The namespace ${label} is dropped.`))
      }),
    )
}
