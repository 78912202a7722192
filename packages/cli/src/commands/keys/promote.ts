import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { inSession, type Session } from '../../session.ts'
import { forceNowWarning, key, keyText, sendPromote } from './key.ts'

interface Options {
  readonly forceNow?: boolean
}

export function registerPromote(group: Command, io: Io): void {
  group
    .command('promote')
    .description(
      'Second step: the added key makes everything from now on. The one before is retired and still opens what it made.',
    )
    .argument('<id>', 'as `headgate keys list` shows it')
    .option('--force-now', 'also when some replica may not have the key yet')
    .action(inSession(io, promote))
}

async function promote(session: Session, id: string, { forceNow = false }: Options): Promise<void> {
  if (forceNow) session.out.warn(forceNowWarning)
  const answer = await sendPromote(session, id, forceNow)
  session.out.answer(answer, (paint) => keyText(paint, read(key, answer)))
}
