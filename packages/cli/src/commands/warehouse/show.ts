import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'
import { warehouse, warehouseText } from './warehouse.ts'

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a warehouse with its storage and settings, without secrets.')
    .argument('[name]', 'without it, the one of --warehouse')
    .action(
      inSession(io, async (session, name: string | undefined) => {
        const answer = await session.client.send({
          method: 'GET',
          path: path`/management/v1/warehouses/${name ?? session.warehouse}`,
        })
        session.out.answer(answer, (paint) => warehouseText(paint, read(warehouse, answer)))
      }),
    )
}
