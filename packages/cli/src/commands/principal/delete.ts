import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { deletePrincipal } from '../../management/generated/principals.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description(
      'Deletes a principal with its secrets, memberships and grants. The objects that it owns remain.',
    )
    .argument('<principal>', 'id or client id')
    .action(
      inSession(io, async ({ client, confirm, out }, principal: string) => {
        await confirm(`Delete the principal ${principal} with its memberships and grants?`)
        out.result(
          await deletePrincipal(client, { principal }),
          () => `The principal ${principal} is deleted.`,
        )
      }),
    )
}
