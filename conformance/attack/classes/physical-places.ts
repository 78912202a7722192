import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody } from '../../refresh/table-requests.ts'
import type { AttackClass, Evidence, Seen } from '../attack.ts'
import { seenOf } from '../catalog-seen.ts'
import type { Beside, Lake } from '../lake.ts'
import { useAccess } from '../own-files.ts'
import { isSameText, otherSpelling } from '../place-spellings.ts'
import { probe } from '../probe.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }

const besideOf = ({ beside }: Lake): Beside => {
  if (beside === undefined) throw new Error('there is no other warehouse')
  return beside
}

/** A place in Ada's tables, above them, or below them. */
function takenPlace(lake: Lake, random: Random): string {
  const { location } = random.pick(lake.canaries.filter(({ kind }) => kind === 'table'))
  const folder = dirname(location)
  return random.pick([folder, dirname(folder), `${folder}/deeper`, lake.victim.location])
}

/** Mallory chooses another spelling of a taken place for a table of her own. */
async function inWarehouse(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const place = takenPlace(lake, random)
  const location = otherSpelling(lake, random, place)
  const name = `pp${lake.count()}`
  const path = tablePath(mallory, lake.namespace, name)
  const tables = `${namespacePath(mallory, lake.namespace)}/tables`
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
  const answer = commits
    ? await mallory.send('POST', path, { body: { requirements: [], updates: [update] } })
    : made
  const seen: Seen[] = [seenOf(answer)]
  if (answer.status === 200) {
    const loaded = await mallory.send('GET', path, { headers })
    for (const held of [made, loaded]) seen.push(...(await probe(lake, random, name, held)))
    const file = `${place}/${lake.marks.name}`
    for (const held of [made, loaded].filter(({ status }) => status === 200))
      for (const method of ['GET', 'PUT', 'DELETE'])
        seen.push(await useAccess(lake, name, held, { method, location: file }))
  }
  await mallory.send('DELETE', `${path}?purgeRequested=true`)
  return {
    what: `${way} ${JSON.stringify(location)} for ${place}`,
    seen,
    escape: answer.status < 300 && isSameText(location, place) ? 'a taken place was accepted' : undefined,
  }
}

/** A symbolic link to a directory of another warehouse. Buckets have none. */
function linkTo(lake: Lake, location: string, name: string): string {
  const path = lake.pathOf(location)
  const link = join(dirname(lake.pathOf(`s3://${lake.bucket}`)), name)
  mkdirSync(path, { recursive: true })
  if (!existsSync(link)) symlinkSync(path, link)
  return `file://${link}`
}

/** Mallory makes a place of another warehouse part of a warehouse whose storage she administers. */
async function overWarehouses(lake: Lake, random: Random): Promise<Evidence> {
  const { hers, kept } = besideOf(lake)
  const warehouse = random.pick([lake.bucket, kept.name])
  const place = random.pick([
    `s3://${warehouse}`,
    `s3://${warehouse}/n`,
    `s3://${warehouse}/n/t2`,
    `s3://${warehouse}/new-${lake.count()}`,
  ])
  const isFile = lake.mode === 'gateway'
  const path = lake.pathOf(place)
  const location = isFile
    ? random.pick([
        `file://${path}`,
        `file://${path}/`,
        `file://${path}//`,
        `file://${dirname(path)}/./${basename(path)}`,
        `file://${dirname(path)}/x/../${basename(path)}`,
        `file://${dirname(path)}//${basename(path)}`,
        `file://${path}/x/..`,
        `file:${path}`,
        `file://localhost${path}`,
        `file://${path.replaceAll('a', '%61')}`,
        `file://${dirname(lake.pathOf(`s3://${lake.bucket}`))}`,
        place,
        linkTo(lake, `s3://${warehouse}`, `link-${warehouse}`),
        `${linkTo(lake, `s3://${warehouse}`, `link-${warehouse}`)}/n/t2`,
        linkTo(lake, `s3://${warehouse}/n`, `link-n-${warehouse}`),
      ])
    : random.pick([
        place,
        `${place}/`,
        `${place}//`,
        place.replace('s3:', 's3a:'),
        place.replace('s3:', 's3n:'),
        place.replace('s3:', 'S3:'),
        place.replace(warehouse, `${warehouse}/.`),
        place.replace(warehouse, `${warehouse}/`),
        place.replace(warehouse, `${warehouse}/x/..`),
        place.replaceAll('n', '%6e'),
      ])
  const management = `management/v1/warehouses/${hers.name}`
  const { catalog } = hers
  const asRoot = isFile && random.chance(0.3)
  const label = random.pick([hers.name, warehouse])
  const body = asRoot
    ? { storage: { type: 'file', root: location, bucket: label } }
    : { allowedLocations: random.chance(0.5) ? [location] : [`${location}/sub`, location] }
  const changed = await catalog.send('PATCH', management, { body })
  const seen = [seenOf(changed)]
  const path2 = tablePath(catalog, ['n'], 'over')
  const made = await catalog.send('POST', `${namespacePath(catalog, ['n'])}/tables`, {
    body: createBody('over', { location: random.pick([location, place]) }),
    headers,
  })
  seen.push(seenOf(made))
  await catalog.send('DELETE', `${path2}?purgeRequested=true`)
  if (changed.status < 300 && !asRoot)
    await catalog.send('PATCH', management, { body: { allowedLocations: [] } })
  return {
    what: `${asRoot ? `root with bucket ${label}` : 'allowed location'} ${JSON.stringify(location)} over warehouse ${warehouse}`,
    seen,
    mustFail: true,
  }
}

/** Another spelling of a free place is accepted and can be written to, and a free place becomes an allowed location. */
async function freePlaces(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const { hers } = besideOf(lake)
  const name = `pl${lake.count()}`
  const location = `s3://${lake.bucket}/n/${name}`
  const made = await mallory.send('POST', `${namespacePath(mallory, lake.namespace)}/tables`, {
    body: createBody(name, { location: random.pick([location, `${location}/`]) }),
    headers,
  })
  const file = `${location}/data/x`
  const put = await useAccess(lake, name, made, { method: 'PUT', location: file, body: 'mine' })
  const got = await useAccess(lake, name, made, { method: 'GET', location: file })
  await mallory.send('DELETE', `${tablePath(mallory, lake.namespace, name)}?purgeRequested=true`)
  const free = `s3://${lake.bucket}2/${name}`
  const management = `management/v1/warehouses/${hers.name}`
  // A directory that clients see as a bucket never has allowed locations.
  const allowedLocations = lake.mode === 'gateway' ? [] : [free]
  const allowed = await hers.catalog.send('PATCH', management, { body: { allowedLocations } })
  const reset = await hers.catalog.send('PATCH', management, { body: { allowedLocations: [] } })
  return {
    what: `a table at ${location}, and the allowed location ${free}`,
    seen: [
      seenOf(made),
      put,
      { ...got, status: got.text === 'mine' ? 200 : 404 },
      seenOf(allowed),
      seenOf(reset),
    ],
  }
}

const unavailable = ({ beside }: Lake): string | undefined =>
  beside === undefined ? 'there is no other warehouse' : undefined

export const physicalPlaces: readonly AttackClass[] = [
  { name: 'place-spelled', modes, makesTables: true, weight: 2, attack: inWarehouse },
  { name: 'place-allowed', modes, makesTables: true, weight: 2, unavailable, attack: overWarehouses },
  {
    name: 'place-legitimate',
    modes,
    makesTables: true,
    weight: 0.2,
    legitimate: true,
    unavailable,
    attack: freePlaces,
  },
]
