import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { several } from '../../options.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { forceNowWarning, type Key, key, readRing, sendAdd, sendPromote } from './key.ts'

interface Options {
  readonly purpose?: readonly string[]
  readonly forceNow?: boolean
}

export function registerRotate(group: Command, io: Io): void {
  group
    .command('rotate')
    .description(
      'Rotates keys without a gap: adds new ones, waits until every replica has them, promotes them. When it was ' +
        'interrupted, run it again: it goes on with the keys that it had added.',
    )
    .option('--purpose <purpose>', 'only keys of this purpose; may be given several times', several)
    .option('--force-now', 'do not wait until every replica has them')
    .action(inSession(io, rotate))
}

async function rotate(session: Session, { purpose, forceNow = false }: Options): Promise<void> {
  const { keys } = await readRing(session)
  const purposes = purpose ?? [...new Set(keys.map((each) => each.purpose))].toSorted()
  const added: Key[] = []
  for (const each of purposes) {
    session.out.progress(`Adding a key for ${each} …`)
    // One that an earlier, interrupted rotation has left.
    const left = keys.findLast((known) => known.purpose === each && known.state === 'added')
    added.push(left ?? read(key, await sendAdd(session, each)))
  }
  if (forceNow) session.out.warn(forceNowWarning)
  else await untilEveryReplicaHas(session, added)
  const rotated: { readonly purpose: string; readonly from: string | null; readonly to: string }[] = []
  for (const { id, purpose } of added) {
    session.out.progress(`Promoting the key for ${purpose} …`)
    await sendPromote(session, id, forceNow)
    const from = keys.find((known) => known.purpose === purpose && known.state === 'active')?.id ?? null
    rotated.push({ purpose, from, to: id })
  }
  session.out.answer({ json: { rotated } }, (paint) =>
    table(paint, rotated, [
      { heading: 'purpose', cell: (row) => row.purpose },
      { heading: 'retired', cell: (row) => row.from },
      { heading: 'active', cell: (row) => row.to },
    ]),
  )
}

/** By the server's clock: it says how long each key has still to wait. */
async function untilEveryReplicaHas(session: Session, added: readonly Key[]): Promise<void> {
  const ids = new Set(added.map(({ id }) => id))
  let left = Math.max(0, ...added.map(({ promotableInSeconds }) => promotableInSeconds ?? 0))
  if (left > 0)
    session.out.note(`The keys are added. In ${left} s every replica has them; then they are promoted.`)
  while (left > 0) {
    for (const end = Date.now() + left * 1000; Date.now() < end; await sleep(Math.min(500, left * 1000)))
      session.out.progress(`${Math.ceil((end - Date.now()) / 1000)} s until every replica has the new keys …`)
    const { keys } = await readRing(session)
    const waiting = keys.filter(({ id }) => ids.has(id))
    left = Math.max(0, ...waiting.map(({ promotableInSeconds }) => promotableInSeconds ?? 0))
  }
}
