import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description('Deletes a role with its memberships and grants.')
    .argument('<role>', 'its name or id')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string) => {
        await confirm(`Delete the role ${name} with its memberships and grants?`)
        const answer = await client.send({ method: 'DELETE', path: path`/management/v1/roles/${name}` })
        out.answer(answer, () => `The role ${name} is deleted.`)
      }),
    )
}
