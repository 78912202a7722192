import type { Command } from 'commander'
import { z } from 'zod'
import { decode } from '../../connection/response.ts'
import { relationPath } from './kind.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { details } from '../../output/table.ts'
import { inSession } from '../../session.ts'

const unregisteredDecoder = z.object({ 'metadata-location': z.string() }).nullable()

export function registerUnregister(group: Command, io: Io): void {
  group
    .command('unregister')
    .description(
      'Removes a table from the catalog and keeps its files, for use with another catalog. It cannot be restored.',
    )
    .argument('<table>', 'such as sales.orders')
    .action(
      inSession(io, async (session, name: string) => {
        const address = relationAddress(name, session.warehouse)
        await session.confirm(`Remove the table ${name} from the catalog?`)
        const response = await session.client.send({
          method: 'POST',
          path: `${relationPath('table', address)}/unregister`,
        })
        session.out.result(response, (paint) =>
          details(paint, [
            ['unregistered', name],
            ['metadata file', decode(unregisteredDecoder, response)?.['metadata-location']],
          ]),
        )
      }),
    )
}
