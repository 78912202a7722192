import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerRemove(group: Command, io: Io): void {
  group
    .command('remove')
    .description('Strikes an engine off: it acts for nobody any more. Its principal stays.')
    .argument('<engine>', 'its id, or the client id')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string) => {
        await confirm(`Strike off the engine ${name}? The sessions of its users end at once.`)
        const answer = await client.send({ method: 'DELETE', path: path`/management/v1/engines/${name}` })
        out.answer(answer, () => `${name} is no engine any more.`)
      }),
    )
}
