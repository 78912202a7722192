import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Response, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { credentialsIn } from '../../refresh/credential.ts'
import { createBody, creationBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { prefixesIn, toSeen } from '../catalog-seen.ts'
import type { Fixture } from '../fixture.ts'
import { operatorIn, withoutOperator as unavailable } from '../operator.ts'
import { useAccess } from '../own-files.ts'
import type { Random } from '../random.ts'
import { endReservation, releasePlaces } from '../reservations.ts'
import { decisionMaxAgeMs, refreshCapSeconds } from '../server-settings.ts'
import { anyAccess as headers, secret, sendStage, stage, uuidIn, writeSecret } from '../staged-tables.ts'
import { refresh } from './sealed-tokens.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
/** Time in ms after the end of a reservation when all cached decisions of the storage gateway about it have expired. */
const settledMs = decisionMaxAgeMs + 600
/** Lifetime of the reservation of a staged table, in seconds. */
const reservationSeconds = refreshCapSeconds + 3_600

/** Returns a random UUID of version 7, the form of idempotency keys. */
const idempotencyKey = (): string => randomUUID().replace(/^(.{14})./, '$17')

const tablesPath = ({ as, namespace }: Fixture): string => `${namespacePath(as.mallory, namespace)}/tables`

const drop = async ({ as, namespace }: Fixture, who: 'mallory' | 'ada', name: string): Promise<void> => {
  await as[who].send('DELETE', `${tablePath(as[who], namespace, name)}?purgeRequested=true`)
}

/** Functions that commit a staged table, each with another request. */
const commits: readonly ((fixture: Fixture, name: string, staged: Response) => Promise<Response>)[] = [
  ({ as, namespace }, name, staged) =>
    as.mallory.send('POST', tablePath(as.mallory, namespace, name), { body: creationBody(staged) }),
  ({ as, namespace }, name, staged) =>
    as.mallory.send('POST', `${as.mallory.root}transactions/commit`, {
      body: { 'table-changes': [{ identifier: { namespace, name }, ...creationBody(staged) }] },
    }),
]

/**
 * Uses the refresh token, the storage keys, the commit and the repeated createTable request of a staged table of
 * Mallory after its reservation has ended.
 */
async function useEnded(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory, ada } = fixture.as
  const operator = operatorIn(fixture)
  const number = fixture.count()
  const [name, location] = [`re${number}`, `s3://${fixture.bucket}/n/re${number}`]
  const repeated = { 'idempotency-key': idempotencyKey() }
  const first = await stage(fixture, 'mallory', { name, location }, repeated)
  const next = random.pick(['no principal', 'Ada', 'Ada', 'Mallory again'])
  // Writes a file, because the housekeeping job may free an empty location at any time, and then every
  // principal can create a table there.
  if (next !== 'Ada') await writeSecret(fixture, 'mallory', { name, location }, first)
  const seconds = await endReservation(operator, uuidIn(first))
  const found = Math.abs(seconds - reservationSeconds) > 1 ? [`the reservation was to last ${seconds} s`] : []
  const adas = random.pick([name, `${name}a`])
  let second: Response | undefined
  if (next === 'Ada') {
    await releasePlaces(operator, fixture.bucket, location)
    const taken = await ada.send('POST', tablesPath(fixture), {
      body: createBody(adas, { location }),
      headers,
    })
    if (taken.status !== 200) found.push(`the place is not free after the end: ${taken.status}`)
    else await writeSecret(fixture, 'ada', { name: adas, location }, taken)
  }
  if (next === 'Mallory again') second = await stage(fixture, 'mallory', { name, location })
  const seen: Seen[] = []
  const { token } = credentialsIn(first)[0] ?? {}
  if (token !== undefined)
    for (const at of new Set([name, adas])) seen.push(toSeen(await refresh(fixture, 'mallory', at, token)))
  for (const commit of commits) seen.push(toSeen(await commit(fixture, name, first)))
  const again = await sendStage(fixture, 'mallory', { name, location }, repeated)
  seen.push(toSeen(again))
  if (prefixesIn(again).length > 0)
    found.push('a credential for the ended reservation came with the repeated request')
  const request = { method: random.pick(['GET', 'PUT']), location: `${location}/data/secret` }
  if (fixture.mode === 'remote-signing') seen.push(await useAccess(fixture, name, first, request))
  if (fixture.mode === 'gateway' && random.chance(0.2)) {
    await sleep(settledMs)
    seen.push(await useAccess(fixture, name, first, request))
  }
  if (second !== undefined) {
    const path = tablePath(mallory, fixture.namespace, name)
    const finished = await mallory.send('POST', path, { body: creationBody(second) })
    if (finished.status !== 200) found.push(`the later attempt could not be finished: ${finished.status}`)
  }
  if (next === 'Ada') await drop(fixture, 'ada', adas)
  await drop(fixture, 'mallory', name)
  return {
    what: `what is left of an ended reservation, whose place went to ${next}`,
    seen,
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

/**
 * Tries, as Mallory, to take the location, the table and the file of a staged table of Ada, while its reservation is
 * valid, has ended, or was released.
 */
async function takeOthers(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory, ada } = fixture.as
  const operator = operatorIn(fixture)
  const number = fixture.count()
  const [name, location] = [`ra${number}`, `s3://${fixture.bucket}/n/ra${number}/a`]
  const repeated = { 'idempotency-key': idempotencyKey() }
  const staged = await stage(fixture, 'ada', { name, location }, repeated)
  const state = random.pick(['live', 'live and empty', 'ended', 'released'])
  if (state !== 'live and empty') await writeSecret(fixture, 'ada', { name, location }, staged)
  const isLive = state.startsWith('live')
  if (!isLive) await endReservation(operator, uuidIn(staged))
  if (state === 'released') await releasePlaces(operator, fixture.bucket, location)
  const around = [location, `${location}/data`, `s3://${fixture.bucket}/n/ra${number}`]
  const seen: Seen[] = []
  for (const place of random.some(around, 3)) {
    const made = await mallory.send('POST', tablesPath(fixture), {
      body: createBody(`${name}m`, { location: place, 'stage-create': random.chance(0.5) }),
      headers,
    })
    const use = { method: 'GET', location: `${location}/data/secret` }
    seen.push(toSeen(made), ...(made.status === 200 ? [await useAccess(fixture, `${name}m`, made, use)] : []))
    await drop(fixture, 'mallory', `${name}m`)
  }
  const own = await sendStage(fixture, 'mallory', { name, location }, random.chance(0.5) ? repeated : {})
  const below = encodeURIComponent(random.pick([location, `s3://${fixture.bucket}`]))
  const management = `management/v1/warehouses/${fixture.bucket}/retired-places?location=${below}`
  seen.push(toSeen(own), toSeen(await mallory.send('DELETE', management)))
  for (const commit of commits) seen.push(toSeen(await commit(fixture, name, staged)))
  const { token } = credentialsIn(staged)[0] ?? {}
  if (token !== undefined) seen.push(toSeen(await refresh(fixture, 'mallory', name, token)))
  const found = seen.some(({ text }) => text.includes(secret)) ? ['the file of the owner was read'] : []
  if (state !== 'released') {
    const last = isLive ? staged : await stage(fixture, 'ada', { name, location })
    const path = tablePath(ada, fixture.namespace, name)
    const finished = await ada.send('POST', path, { body: creationBody(last) })
    if (finished.status !== 200) found.push(`the owner could not finish it: ${finished.status}`)
    await drop(fixture, 'ada', name)
  }
  return {
    what: `a reservation of another principal, ${state}`,
    seen,
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

/**
 * Checks legitimate requests after the end of a reservation: creates a table at its empty location, and stages a table
 * that already has files again.
 */
async function afterTheEnd(fixture: Fixture): Promise<Evidence> {
  const { mallory } = fixture.as
  const operator = operatorIn(fixture)
  const number = fixture.count()
  const [name, location] = [`rl${number}`, `s3://${fixture.bucket}/n/rl${number}`]
  const empty = await stage(fixture, 'ada', { name, location: `${location}/empty` })
  await endReservation(operator, uuidIn(empty))
  await releasePlaces(operator, fixture.bucket, `${location}/empty`)
  const taken = await mallory.send('POST', tablesPath(fixture), {
    body: createBody(`${name}m`, { location: `${location}/empty` }),
    headers,
  })
  const own = { name, location: `${location}/own` }
  const first = await stage(fixture, 'mallory', own)
  await writeSecret(fixture, 'mallory', own, first)
  await endReservation(operator, uuidIn(first))
  const second = await stage(fixture, 'mallory', own)
  const seen = [toSeen(taken), toSeen(second)]
  const { token } = credentialsIn(second)[0] ?? {}
  if (token !== undefined) seen.push(toSeen(await refresh(fixture, 'mallory', name, token)))
  const path = tablePath(mallory, fixture.namespace, name)
  seen.push(toSeen(await mallory.send('POST', path, { body: creationBody(second) })))
  seen.push(
    await useAccess(fixture, name, second, { method: 'GET', location: `${own.location}/data/secret` }),
  )
  await drop(fixture, 'mallory', `${name}m`)
  await drop(fixture, 'mallory', name)
  return { what: 'a create at a place whose reservation ended, and a second attempt of its principal', seen }
}

export const endedReservations: readonly AttackSuite[] = [
  { name: 'reservation-left', modes, makesTables: true, unavailable, attack: useEnded },
  { name: 'reservation-taken', modes, makesTables: true, unavailable, attack: takeOthers },
  {
    name: 'reservation-legitimate',
    modes,
    makesTables: true,
    weight: 0.1,
    legitimate: true,
    unavailable,
    attack: (fixture) => afterTheEnd(fixture),
  },
]
