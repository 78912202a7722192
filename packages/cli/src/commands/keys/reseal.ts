import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'

const resealed = z.object({ done: z.number(), before: z.number(), unreadable: z.array(z.string()) })
const report = z.object({ fingerprint: z.string(), keys: resealed, warehouses: resealed })

export function registerReseal(group: Command, io: Io): void {
  group
    .command('reseal')
    .description(
      'After the master key was changed: seals all keys and storage secrets by the new one, so that the previous one can go. ' +
        'It can be interrupted and repeated at any time.',
    )
    .action(inSession(io, reseal))
}

async function reseal(session: Session): Promise<void> {
  session.out.progress('The server seals everything anew …')
  const answer = await session.client.send({ method: 'POST', path: '/management/v1/keys/reseal' })
  const { fingerprint, keys, warehouses } = read(report, answer)
  const rows = [
    { what: 'keys', ...keys },
    { what: 'storage secrets of warehouses', ...warehouses },
  ]
  session.out.answer(answer, (paint) =>
    table(paint, rows, [
      { heading: 'what', cell: (row) => row.what },
      { heading: 'sealed anew', cell: (row) => row.done, right: true },
      { heading: 'were already', cell: (row) => row.before, right: true },
      { heading: 'not readable', cell: (row) => row.unreadable.length, right: true },
    ]),
  )
  const unreadable = rows.flatMap((row) => row.unreadable)
  if (unreadable.length > 0) {
    throw new CliError(
      exitCode.refused,
      `Neither the master key (${fingerprint}) nor the previous one opens: ${unreadable.join(', ')}.`,
      {
        next: 'Name the master key that sealed them as the previous one, or give those warehouses their keys again.',
      },
    )
  }
  session.out.note(
    `Everything is sealed by the master key ${fingerprint}. When every replica runs with it, the previous one can go.`,
  )
}
