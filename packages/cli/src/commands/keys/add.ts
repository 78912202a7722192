import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'
import { key, keyText, sendAdd } from './key.ts'

export function registerAdd(group: Command, io: Io): void {
  group
    .command('add')
    .description('First step of a rotation: every replica learns a new key, which makes nothing yet.')
    .argument('<purpose>', 'session-token, page-token, s3-session or storage-refresh')
    .action(
      inSession(io, async (session, purpose: string) => {
        const answer = await sendAdd(session, purpose)
        const added = read(key, answer)
        session.out.answer(answer, (paint) => keyText(paint, added))
        session.out.note(
          `Every replica has it in ${added.promotableInSeconds ?? 0} s; then: headgate keys promote ${added.id}`,
        )
      }),
    )
}
