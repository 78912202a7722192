import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { addKey, listKeys, promoteKey } from '../../management/generated/keys.ts'
import type { Key } from '../../management/generated/schemas.ts'
import { repeatable } from '../../options.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { forceNowWarning } from './format-key.ts'

interface Options {
  readonly purpose?: readonly string[]
  readonly forceNow?: boolean
}

export function registerRotate(group: Command, io: Io): void {
  group
    .command('rotate')
    .description(
      'Rotates keys without a gap: adds new keys, waits until every replica has them, and promotes them. After an ' +
        'interruption, run it again: it continues with the keys that it added.',
    )
    .option('--purpose <purpose>', 'rotate only keys of this purpose; repeatable', repeatable)
    .option('--force-now', 'do not wait until every replica has the new keys')
    .action(inSession(io, rotate))
}

async function rotate(session: Session, { purpose, forceNow = false }: Options): Promise<void> {
  const { client, out } = session
  const { keys } = (await listKeys(client)).body
  const purposes = purpose ?? [...new Set(keys.map((each) => each.purpose))].toSorted()
  const added: Key[] = []
  for (const each of purposes) {
    out.progress(`Adding a key for ${each} …`)
    // An interrupted rotation left a key that was added and not promoted. Such a key is used before a new one is
    // added.
    const left = keys.findLast((known) => known.purpose === each && known.state === 'added')
    added.push(left ?? (await addKey(client, { body: { purpose: each } })).body)
  }
  if (forceNow) out.warn(forceNowWarning)
  else await waitForReplicas(session, added)
  const rotated: { readonly purpose: string; readonly from: string | null; readonly to: string }[] = []
  for (const { id, purpose } of added) {
    out.progress(`Promoting the key for ${purpose} …`)
    await promoteKey(client, { key: id, body: forceNow ? { forceNow } : {} })
    const from = keys.find((known) => known.purpose === purpose && known.state === 'active')?.id ?? null
    rotated.push({ purpose, from, to: id })
  }
  out.result({ json: { rotated } }, (paint) =>
    table(paint, rotated, [
      { heading: 'purpose', cell: (row) => row.purpose },
      { heading: 'retired', cell: (row) => row.from },
      { heading: 'active', cell: (row) => row.to },
    ]),
  )
}

/**
 * Waits until every replica has the added keys. The server returns the remaining time, so the clock of this machine
 * does not matter.
 */
async function waitForReplicas({ client, out }: Session, added: readonly Key[]): Promise<void> {
  const ids = new Set(added.map(({ id }) => id))
  let left = maxWait(added)
  if (left > 0) out.note(`The keys are added. They are promoted in ${left} s, when every replica has them.`)
  while (left > 0) {
    for (const end = Date.now() + left * 1000; Date.now() < end; await sleep(Math.min(500, left * 1000)))
      out.progress(`${Math.ceil((end - Date.now()) / 1000)} s until every replica has the new keys …`)
    const { keys } = (await listKeys(client)).body
    left = maxWait(keys.filter(({ id }) => ids.has(id)))
  }
}

function maxWait(keys: readonly Key[]): number {
  return Math.max(0, ...keys.map(({ promotableInSeconds }) => promotableInSeconds ?? 0))
}
