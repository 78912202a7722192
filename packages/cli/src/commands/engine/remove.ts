import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { deleteEngine } from '../../management/generated/engines.ts'
import { inSession } from '../../session.ts'

export function registerRemove(group: Command, io: Io): void {
  group
    .command('remove')
    .description('Removes an engine, which can no longer act for users. Its principal remains.')
    .argument('<engine>', 'id or client id')
    .action(
      inSession(io, async ({ client, confirm, out }, engine: string) => {
        await confirm(`Remove the engine ${engine}? The sessions of its users end immediately.`)
        out.result(await deleteEngine(client, { engine }), () => `${engine} is no longer an engine.`)
      }),
    )
}
