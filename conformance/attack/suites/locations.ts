import { type Response, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody, creationBody, delegation, locationIn } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { toSeen } from '../catalog-seen.ts'
import type { Fixture } from '../fixture.ts'
import { hostileLocation } from '../pieces.ts'
import { probe } from '../probe.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const asking = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }
const pathKeys = [
  'write.data.path',
  'write.metadata.path',
  'write.object-storage.path',
  'write.folder-storage.path',
  'WRITE.DATA.PATH',
  'write.data.path ',
] as const

function placed(
  fixture: Fixture,
  random: Random,
): { readonly about: string; readonly body: Readonly<Record<string, unknown>> } {
  const location = hostileLocation(fixture, random)
  if (random.chance(0.5)) return { about: `location ${JSON.stringify(location)}`, body: { location } }
  const key = random.pick(pathKeys)
  return { about: `${key} ${JSON.stringify(location)}`, body: { properties: { [key]: location } } }
}

function updates(
  fixture: Fixture,
  random: Random,
): { readonly about: string; readonly list: readonly object[] } {
  const { about, body } = placed(fixture, random)
  const list =
    'location' in body
      ? [{ action: 'set-location', location: body['location'] }]
      : [{ action: 'set-properties', updates: body['properties'] }]
  return { about, list }
}

/** Drops a table of Mallory and purges its files. The purge must not delete files of other owners. */
async function remove(fixture: Fixture, name: string): Promise<void> {
  await fixture.as.mallory.send(
    'DELETE',
    `${tablePath(fixture.as.mallory, fixture.namespace, name)}?purgeRequested=true`,
  )
}

async function create(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const name = `l${fixture.count()}`
  const { about, body } = placed(fixture, random)
  const staged = random.chance(0.5)
  const tables = `${namespacePath(mallory, fixture.namespace)}/tables`
  const made = await mallory.send('POST', tables, {
    body: createBody(name, { ...body, ...(staged ? { 'stage-create': true } : {}) }),
    headers: asking,
  })
  const seen: Seen[] = [toSeen(made), ...(await probe(fixture, random, name, made))]
  if (made.status === 200 && !staged) {
    seen.push(...(await reload(fixture, random, name)))
    await remove(fixture, name)
  }
  return { what: `${staged ? 'stage-create' : 'create'} with ${about}`, seen }
}

async function reload(fixture: Fixture, random: Random, name: string): Promise<Seen[]> {
  const { mallory } = fixture.as
  const path = tablePath(mallory, fixture.namespace, name)
  const loaded = await mallory.send('GET', path, { headers: asking })
  return [toSeen(loaded), ...(await probe(fixture, random, name, loaded))]
}

async function commit(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const name = `c${fixture.count()}`
  const path = tablePath(mallory, fixture.namespace, name)
  const tables = `${namespacePath(mallory, fixture.namespace)}/tables`
  const { about, list } = updates(fixture, random)
  const staged = random.chance(0.4)
  const made = await mallory.send('POST', tables, {
    body: createBody(name, staged ? { 'stage-create': true } : {}),
    headers: asking,
  })
  const body = staged ? withUpdates(creationBody(made), list) : { requirements: [], updates: list }
  const changed = await mallory.send('POST', path, { body })
  // Tests which objects the credentials can access: refreshed credentials, the credentials from before the
  // change, and newly loaded ones.
  const renewed = await renew(fixture, name, made)
  const seen = [
    toSeen(changed),
    ...(renewed === undefined ? [] : [toSeen(renewed), ...(await probe(fixture, random, name, renewed))]),
    ...(await probe(fixture, random, name, made)),
    ...(await reload(fixture, random, name)),
  ]
  await remove(fixture, name)
  return { what: `${staged ? 'commit of a staged table' : 'commit'} with ${about}, then a refresh`, seen }
}

function withUpdates(creation: object, more: readonly object[]): object {
  const { updates: own = [], ...rest } = creation as { readonly updates?: readonly object[] }
  return { ...rest, updates: [...own, ...more] }
}

async function renew(fixture: Fixture, name: string, made: Response): Promise<Response | undefined> {
  const list = (made.json as { 'storage-credentials'?: { 'storage-refresh-token'?: string }[] })[
    'storage-credentials'
  ]
  const token = list?.[0]?.['storage-refresh-token']
  if (token === undefined) return undefined
  const { mallory } = fixture.as
  const path = `${tablePath(mallory, fixture.namespace, name)}/credentials?storageRefreshToken=${encodeURIComponent(token)}`
  return mallory.send('GET', path)
}

async function register(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const name = `g${fixture.count()}`
  const own = `${fixture.own.location}/data/forged.metadata.json`
  const place = random.chance(0.3)
    ? own
    : `${hostileLocation(fixture, random)}${random.pick(['', '/x.metadata.json', `/${fixture.marks.name}`])}`
  const response = await mallory.send('POST', `${namespacePath(mallory, fixture.namespace)}/register`, {
    body: { name, 'metadata-location': place, ...(random.chance(0.3) ? { overwrite: true } : {}) },
    headers: asking,
  })
  const seen = [toSeen(response), ...(await probe(fixture, random, name, response))]
  if (response.status === 200) await remove(fixture, name)
  return { what: `register of ${JSON.stringify(place).replaceAll(fixture.marks.name, '<canary>')}`, seen }
}

export const locations: readonly AttackSuite[] = [
  { name: 'location-create', modes, makesTables: true, weight: 4, attack: create },
  { name: 'location-commit', modes, makesTables: true, weight: 2, attack: commit },
  { name: 'location-register', modes, makesTables: true, weight: 1, attack: register },
  {
    name: 'location-legitimate',
    modes,
    makesTables: true,
    weight: 0.5,
    legitimate: true,
    async attack(fixture) {
      const { mallory } = fixture.as
      const name = `ok${fixture.count()}`
      const body = createBody(name, { location: `s3://${fixture.bucket}/n/${name}` })
      const made = await mallory.send('POST', `${namespacePath(mallory, fixture.namespace)}/tables`, {
        body,
        headers: delegation,
      })
      await remove(fixture, name)
      return { what: `create at ${locationIn(made)}`, seen: [toSeen(made)] }
    },
  },
]
