import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { inSession, type Session } from '../../session.ts'
import { readRing } from './key.ts'

export function registerRetire(group: Command, io: Io): void {
  group
    .command('retire')
    .description(
      'Last step, for a key that leaked: ends it at once, and what it made with it. Retired keys else go by themselves when ' +
        'nothing that they made can be valid any more.',
    )
    .argument('<id>', 'as `headgate keys list` shows it')
    .action(inSession(io, retire))
}

async function retire(session: Session, id: string): Promise<void> {
  const found = (await readRing(session)).keys.find((key) => key.id === id)
  if (found === undefined) {
    throw new CliError(exitCode.refused, `There is no key ${id} in the key ring.`, {
      next: '`headgate keys list` shows those there are.',
    })
  }
  await session.confirm(`End the ${found.state} key ${id}? Every ${found.purpose} it made stops working now.`)
  const answer = await session.client.send({ method: 'DELETE', path: path`/management/v1/keys/${id}` })
  session.out.answer(answer, () => `The key ${id} is gone.`)
}
