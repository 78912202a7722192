import type { Command } from 'commander'
import { z } from 'zod'
import { read } from '../../connection/answer.ts'
import { relationPath } from './kind.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { details } from '../../output/table.ts'
import { inSession } from '../../session.ts'

const handedOver = z.object({ 'metadata-location': z.string() }).nullable()

export function registerUnregister(group: Command, io: Io): void {
  group
    .command('unregister')
    .description(
      'Forgets a table and leaves its files alone, so that another catalog can have it. It cannot be restored.',
    )
    .argument('<table>', 'such as sales.orders')
    .action(
      inSession(io, async (session, name: string) => {
        const address = relationAddress(name, session.warehouse)
        await session.confirm(`Forget the table ${name}?`)
        const answer = await session.client.send({
          method: 'POST',
          path: `${relationPath('table', address)}/unregister`,
        })
        session.out.answer(answer, (paint) =>
          details(paint, [
            ['forgotten', name],
            ['metadata file', read(handedOver, answer)?.['metadata-location']],
          ]),
        )
      }),
    )
}
