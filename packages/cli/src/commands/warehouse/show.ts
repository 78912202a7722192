import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { getWarehouse } from '../../management/generated/warehouses.ts'
import { inSession } from '../../session.ts'
import { formatWarehouse } from './format-warehouse.ts'

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows a warehouse with its storage and settings, without secrets.')
    .argument('[name]', 'warehouse (default: the one of --warehouse)')
    .action(
      inSession(io, async ({ client, out, warehouse: usual }, name: string | undefined) => {
        const response = await getWarehouse(client, { warehouse: name ?? usual })
        out.result(response, (paint) => formatWarehouse(paint, response.body))
      }),
    )
}
