import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { listKeys } from '../../management/generated/keys.ts'
import { details, table } from '../../output/table.ts'
import { formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists the keys and the master key that seals each. Does not show key material.')
    .action(inSession(io, list))
}

async function list({ client, out }: Session): Promise<void> {
  const response = await listKeys(client)
  const { keys, masterKey } = response.body
  out.result(response, (paint) => {
    const ring = table(
      paint,
      keys.toSorted((a, b) => (a.purpose < b.purpose ? -1 : Number(a.purpose > b.purpose))),
      [
        { heading: 'purpose', cell: (row) => row.purpose },
        { heading: 'state', cell: (row) => row.state },
        { heading: 'created', cell: (row) => formatTime(row.createdAt) },
        { heading: 'promoted', cell: (row) => formatTime(row.promotedAt) },
        { heading: 'retired', cell: (row) => formatTime(row.retiredAt) },
        { heading: 'master key', cell: (row) => (row.sealedByMasterKey ? 'current' : 'other') },
        { heading: 'id', cell: (row) => row.id },
      ],
    )
    const master = details(paint, [
      ['master key', masterKey.fingerprint],
      ['previous one', masterKey.previousFingerprint],
      ['keys to reseal', masterKey.keysToReseal],
      ['warehouses to reseal', masterKey.warehousesToReseal],
      ['access keys to reseal', masterKey.accessKeysToReseal],
    ])
    return `${ring}\n\n${master}`
  })
  if (masterKey.keysToReseal + masterKey.warehousesToReseal + masterKey.accessKeysToReseal > 0)
    out.note('The current master key does not seal all keys and secrets yet. Run: headgate keys reseal')
}
