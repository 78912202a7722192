import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { resealKeys } from '../../management/generated/keys.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'

export function registerReseal(group: Command, io: Io): void {
  group
    .command('reseal')
    .description(
      'After a change of the master key: seals all keys, storage secrets and access keys with the new master key, so that the previous one can be ' +
        'removed. The command can be interrupted and repeated.',
    )
    .action(inSession(io, reseal))
}

async function reseal({ client, out }: Session): Promise<void> {
  out.progress('The server seals keys and secrets …')
  const response = await resealKeys(client)
  const { fingerprint, keys, warehouses, accessKeys } = response.body
  const rows = [
    { secrets: 'keys', ...keys },
    { secrets: 'storage secrets of warehouses', ...warehouses },
    { secrets: 'access keys', ...accessKeys },
  ]
  out.result(response, (paint) =>
    table(paint, rows, [
      { heading: 'secrets', cell: (row) => row.secrets },
      { heading: 'sealed now', cell: (row) => row.done, right: true },
      { heading: 'sealed before', cell: (row) => row.before, right: true },
      { heading: 'not readable', cell: (row) => row.unreadable.length, right: true },
    ]),
  )
  const unreadable = rows.flatMap((row) => row.unreadable)
  if (unreadable.length > 0) {
    throw new CliError(
      exitCode.refused,
      `Neither the master key (${fingerprint}) nor the previous one can decrypt: ${unreadable.join(', ')}.`,
      {
        next: 'Configure the master key that encrypted them as the previous master key, or set the storage keys of those warehouses again and replace those access keys.',
      },
    )
  }
  out.note(
    `The master key ${fingerprint} seals everything. When every replica runs with it, the previous one can be removed.`,
  )
}
