import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { deleteWarehouse } from '../../management/generated/warehouses.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description('Deletes an empty warehouse. Files at its location remain.')
    .argument('<name>')
    .action(
      inSession(io, async ({ client, confirm, out }, warehouse: string) => {
        await confirm(`Delete the warehouse ${warehouse}?`)
        out.result(
          await deleteWarehouse(client, { warehouse }),
          () => `The warehouse ${warehouse} is deleted.`,
        )
      }),
    )
}
