import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { dropOldSecret } from '../../management/generated/principals.ts'
import { inSession } from '../../session.ts'

export function registerDropOldSecret(group: Command, io: Io): void {
  group
    .command('drop-old-secret')
    .description('Ends a rotation: deletes all secrets of a principal except the newest one.')
    .argument('<principal>', 'id or client id')
    .action(
      inSession(io, async ({ client, confirm, out }, principal: string) => {
        await confirm(`Delete every secret of ${principal} except the newest?`)
        out.result(
          await dropOldSecret(client, { principal }),
          () => `Only the newest secret of ${principal} is valid now.`,
        )
        out.note(
          `Sessions that began with the old secret stay valid until they expire: headgate principal stop-sessions ${principal}`,
        )
      }),
    )
}
