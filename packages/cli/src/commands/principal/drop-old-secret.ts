import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerDropOldSecret(group: Command, io: Io): void {
  group
    .command('drop-old-secret')
    .description('Ends a rotation: only the newest secret stays valid.')
    .argument('<principal>', 'its id, or the client id')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string) => {
        await confirm(`Drop every secret of ${name} but the newest?`)
        const answer = await client.send({
          method: 'DELETE',
          path: path`/management/v1/principals/${name}/secrets/old`,
        })
        out.answer(answer, () => `Only the newest secret of ${name} is left.`)
        out.note(
          `Sessions that began with the old one go on until their end: headgate principal stop-sessions ${name}`,
        )
      }),
    )
}
