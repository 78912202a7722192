import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description('Deletes an empty warehouse. What lies at its place stays.')
    .argument('<name>')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string) => {
        await confirm(`Delete the warehouse ${name}?`)
        const answer = await client.send({ method: 'DELETE', path: path`/management/v1/warehouses/${name}` })
        out.answer(answer, () => `The warehouse ${name} is deleted.`)
      }),
    )
}
