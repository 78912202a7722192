import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'
import { engine, engineText } from './engine.ts'

export function registerShow(group: Command, io: Io): void {
  group
    .command('show')
    .description('Shows what an engine may do, and for whom.')
    .argument('<engine>', 'its id, or the client id')
    .action(
      inSession(io, async ({ client, out }, name: string) => {
        const answer = await client.send({ method: 'GET', path: path`/management/v1/engines/${name}` })
        out.answer(answer, (paint) => engineText(paint, read(engine, answer)))
      }),
    )
}
