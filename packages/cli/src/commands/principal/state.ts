import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { details } from '../../output/table.ts'
import { inSession } from '../../session.ts'
import { principal, principalFacts } from './principal.ts'

/** `enable`, `disable` and `stop-sessions`: the same command with three words. */
export function registerStateChanges(group: Command, io: Io): void {
  registerChange(
    group,
    io,
    'enable',
    'Lets a disabled principal in again, also with tokens of before that have not ended: `stop-sessions` ends those.',
  )
  registerChange(
    group,
    io,
    'disable',
    'Shuts a principal out at once: no new tokens, and those it has stop working.',
  )
  registerChange(
    group,
    io,
    'stop-sessions',
    'Makes every token issued before now worthless; the secrets stay.',
  )
}

function registerChange(group: Command, io: Io, verb: string, description: string): void {
  group
    .command(verb)
    .description(description)
    .argument('<principal>', 'its id, or the client id')
    .action(
      inSession(io, async ({ client, out }, name: string) => {
        const answer = await client.send({
          method: 'POST',
          path: `${path`/management/v1/principals/${name}`}/${verb}`,
        })
        out.answer(answer, (paint) => details(paint, principalFacts(read(principal, answer))))
      }),
    )
}
