import { dirname } from 'node:path'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { toSeen } from '../catalog-seen.ts'
import type { Fixture } from '../fixture.ts'
import { useAccess } from '../own-files.ts'
import { isSameText, otherSpelling } from '../place-spellings.ts'
import { probe } from '../probe.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }

/** Returns the location of a table of the victim, or a location within or above it. */
function takenPlace(fixture: Fixture, random: Random): string {
  const { location } = random.pick(fixture.canaries.filter(({ kind }) => kind === 'table'))
  const folder = dirname(location)
  return random.pick([folder, dirname(folder), `${folder}/deeper`, fixture.victim.location])
}

/** Tries to use a location of the victim, in another spelling, for a table of Mallory. */
async function inWarehouse(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const place = takenPlace(fixture, random)
  const location = otherSpelling(fixture, random, place)
  const name = `pp${fixture.count()}`
  const path = tablePath(mallory, fixture.namespace, name)
  const tables = `${namespacePath(mallory, fixture.namespace)}/tables`
  const key = random.pick(['write.data.path', 'write.metadata.path', 'write.object-storage.path'])
  const way = random.pick(['location', 'staged location', 'set-location', key])
  const chosen = way.endsWith('.path') ? { properties: { [way]: location } } : { location }
  const commits = way === 'set-location' || (way === key && random.chance(0.5))
  const update =
    way === 'set-location'
      ? { action: 'set-location', location }
      : { action: 'set-properties', updates: { [key]: location } }
  const made = await mallory.send('POST', tables, {
    body: createBody(name, commits ? {} : { ...chosen, 'stage-create': way === 'staged location' }),
    headers,
  })
  const response = commits
    ? await mallory.send('POST', path, { body: { requirements: [], updates: [update] } })
    : made
  const seen: Seen[] = [toSeen(response)]
  if (response.status === 200) {
    const loaded = await mallory.send('GET', path, { headers })
    for (const held of [made, loaded]) seen.push(...(await probe(fixture, random, name, held)))
    const file = `${place}/${fixture.marks.name}`
    for (const held of [made, loaded].filter(({ status }) => status === 200))
      for (const method of ['GET', 'PUT', 'DELETE'])
        seen.push(await useAccess(fixture, name, held, { method, location: file }))
  }
  await mallory.send('DELETE', `${path}?purgeRequested=true`)
  return {
    what: `${way} ${JSON.stringify(location)} for ${place}`,
    seen,
    escape: response.status < 300 && isSameText(location, place) ? 'a taken place was accepted' : undefined,
  }
}

/**
 * Checks a legitimate request: the server accepts another spelling of a free location, and the owner can write there.
 */
async function freePlaces(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const name = `pl${fixture.count()}`
  const location = `s3://${fixture.bucket}/n/${name}`
  const made = await mallory.send('POST', `${namespacePath(mallory, fixture.namespace)}/tables`, {
    body: createBody(name, { location: random.pick([location, `${location}/`]) }),
    headers,
  })
  const file = `${location}/data/x`
  const put = await useAccess(fixture, name, made, { method: 'PUT', location: file, body: 'mine' })
  const got = await useAccess(fixture, name, made, { method: 'GET', location: file })
  await mallory.send('DELETE', `${tablePath(mallory, fixture.namespace, name)}?purgeRequested=true`)
  return {
    what: `a table at ${location}`,
    seen: [toSeen(made), put, { ...got, status: got.text === 'mine' ? 200 : 404 }],
  }
}

export const physicalPlaces: readonly AttackSuite[] = [
  { name: 'place-spelled', modes, makesTables: true, weight: 2, attack: inWarehouse },
  {
    name: 'place-legitimate',
    modes,
    makesTables: true,
    weight: 0.2,
    legitimate: true,
    attack: freePlaces,
  },
]
