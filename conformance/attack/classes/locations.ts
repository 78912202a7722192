import { type Answer, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody, creationBody, delegation, locationIn } from '../../refresh/table-requests.ts'
import type { AttackClass, Evidence, Seen } from '../attack.ts'
import { seenOf } from '../catalog-seen.ts'
import type { Lake } from '../lake.ts'
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
  lake: Lake,
  random: Random,
): { readonly about: string; readonly body: Readonly<Record<string, unknown>> } {
  const location = hostileLocation(lake, random)
  if (random.chance(0.5)) return { about: `location ${JSON.stringify(location)}`, body: { location } }
  const key = random.pick(pathKeys)
  return { about: `${key} ${JSON.stringify(location)}`, body: { properties: { [key]: location } } }
}

function updates(lake: Lake, random: Random): { readonly about: string; readonly list: readonly object[] } {
  const { about, body } = placed(lake, random)
  const list =
    'location' in body
      ? [{ action: 'set-location', location: body['location'] }]
      : [{ action: 'set-properties', updates: body['properties'] }]
  return { about, list }
}

/** Takes the table away again; what is purged then must not be somebody else's. */
async function remove(lake: Lake, name: string): Promise<void> {
  await lake.as.mallory.send(
    'DELETE',
    `${tablePath(lake.as.mallory, lake.namespace, name)}?purgeRequested=true`,
  )
}

async function create(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const name = `l${lake.count()}`
  const { about, body } = placed(lake, random)
  const staged = random.chance(0.5)
  const tables = `${namespacePath(mallory, lake.namespace)}/tables`
  const made = await mallory.send('POST', tables, {
    body: createBody(name, { ...body, ...(staged ? { 'stage-create': true } : {}) }),
    headers: asking,
  })
  const seen: Seen[] = [seenOf(made), ...(await probe(lake, random, name, made))]
  if (made.status === 200 && !staged) {
    seen.push(...(await reload(lake, random, name)))
    await remove(lake, name)
  }
  return { what: `${staged ? 'stage-create' : 'create'} with ${about}`, seen }
}

async function reload(lake: Lake, random: Random, name: string): Promise<Seen[]> {
  const { mallory } = lake.as
  const path = tablePath(mallory, lake.namespace, name)
  const loaded = await mallory.send('GET', path, { headers: asking })
  return [seenOf(loaded), ...(await probe(lake, random, name, loaded))]
}

async function commit(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const name = `c${lake.count()}`
  const path = tablePath(mallory, lake.namespace, name)
  const tables = `${namespacePath(mallory, lake.namespace)}/tables`
  const { about, list } = updates(lake, random)
  const staged = random.chance(0.4)
  const made = await mallory.send('POST', tables, {
    body: createBody(name, staged ? { 'stage-create': true } : {}),
    headers: asking,
  })
  const body = staged ? withUpdates(creationBody(made), list) : { requirements: [], updates: list }
  const changed = await mallory.send('POST', path, { body })
  // Before the change or after it: what was handed out is tried again, renewed, and loaded anew.
  const renewed = await renew(lake, name, made)
  const seen = [
    seenOf(changed),
    ...(renewed === undefined ? [] : [seenOf(renewed), ...(await probe(lake, random, name, renewed))]),
    ...(await probe(lake, random, name, made)),
    ...(await reload(lake, random, name)),
  ]
  await remove(lake, name)
  return { what: `${staged ? 'commit of a staged table' : 'commit'} with ${about}, then a refresh`, seen }
}

function withUpdates(creation: object, more: readonly object[]): object {
  const { updates: own = [], ...rest } = creation as { readonly updates?: readonly object[] }
  return { ...rest, updates: [...own, ...more] }
}

async function renew(lake: Lake, name: string, made: Answer): Promise<Answer | undefined> {
  const list = (made.json as { 'storage-credentials'?: { 'storage-refresh-token'?: string }[] })[
    'storage-credentials'
  ]
  const token = list?.[0]?.['storage-refresh-token']
  if (token === undefined) return undefined
  const { mallory } = lake.as
  const path = `${tablePath(mallory, lake.namespace, name)}/credentials?storageRefreshToken=${encodeURIComponent(token)}`
  return mallory.send('GET', path)
}

async function register(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const name = `g${lake.count()}`
  const own = `${lake.own.location}/data/forged.metadata.json`
  const place = random.chance(0.3)
    ? own
    : `${hostileLocation(lake, random)}${random.pick(['', '/x.metadata.json', `/${lake.marks.name}`])}`
  const answer = await mallory.send('POST', `${namespacePath(mallory, lake.namespace)}/register`, {
    body: { name, 'metadata-location': place, ...(random.chance(0.3) ? { overwrite: true } : {}) },
    headers: asking,
  })
  const seen = [seenOf(answer), ...(await probe(lake, random, name, answer))]
  if (answer.status === 200) await remove(lake, name)
  return { what: `register of ${JSON.stringify(place).replaceAll(lake.marks.name, '<canary>')}`, seen }
}

export const locations: readonly AttackClass[] = [
  { name: 'location-create', modes, makesTables: true, weight: 4, attack: create },
  { name: 'location-commit', modes, makesTables: true, weight: 2, attack: commit },
  { name: 'location-register', modes, makesTables: true, weight: 1, attack: register },
  {
    name: 'location-legitimate',
    modes,
    makesTables: true,
    weight: 0.5,
    legitimate: true,
    async attack(lake) {
      const { mallory } = lake.as
      const name = `ok${lake.count()}`
      const body = createBody(name, { location: `s3://${lake.bucket}/n/${name}` })
      const made = await mallory.send('POST', `${namespacePath(mallory, lake.namespace)}/tables`, {
        body,
        headers: delegation,
      })
      await remove(lake, name)
      return { what: `create at ${locationIn(made)}`, seen: [seenOf(made)] }
    },
  },
]
