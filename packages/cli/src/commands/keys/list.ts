import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { details, table } from '../../output/table.ts'
import { moment } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { readRing } from './key.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists the keys and says which master key seals them. No key material is shown.')
    .action(inSession(io, list))
}

async function list(session: Session): Promise<void> {
  const { keys, masterKey, answer } = await readRing(session)
  session.out.answer(answer, (paint) => {
    const ring = table(
      paint,
      keys.toSorted((a, b) => (a.purpose < b.purpose ? -1 : Number(a.purpose > b.purpose))),
      [
        { heading: 'purpose', cell: (row) => row.purpose },
        { heading: 'state', cell: (row) => row.state },
        { heading: 'made', cell: (row) => moment(row.createdAt) },
        { heading: 'promoted', cell: (row) => moment(row.promotedAt) },
        { heading: 'retired', cell: (row) => moment(row.retiredAt) },
        { heading: 'master key', cell: (row) => (row.sealedByMasterKey ? 'current' : 'other') },
        { heading: 'id', cell: (row) => row.id },
      ],
    )
    const master = details(paint, [
      ['master key', masterKey.fingerprint],
      ['previous one', masterKey.previousFingerprint],
      ['keys to reseal', masterKey.keysToReseal],
      ['warehouses to reseal', masterKey.warehousesToReseal],
    ])
    return `${ring}\n\n${master}`
  })
  if (masterKey.keysToReseal + masterKey.warehousesToReseal > 0)
    session.out.note('Not everything is sealed by the master key of now: headgate keys reseal')
}
