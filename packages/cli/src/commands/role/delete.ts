import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { deleteRole } from '../../management/generated/roles.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description('Deletes a role with its memberships and grants.')
    .argument('<role>', 'name or id')
    .action(
      inSession(io, async ({ client, confirm, out }, role: string) => {
        await confirm(`Delete the role ${role} with its memberships and grants?`)
        out.result(await deleteRole(client, { role }), () => `The role ${role} is deleted.`)
      }),
    )
}
