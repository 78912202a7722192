import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Catalog, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { freeBucket } from '../other-warehouses.ts'
import { toSeen } from '../catalog-seen.ts'
import type { OtherWarehouses, Fixture } from '../fixture.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const namespace = ['n'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }

const requireOtherWarehouses = ({ otherWarehouses }: Fixture): OtherWarehouses => {
  if (otherWarehouses === undefined) throw new Error('The fixture has no other warehouse.')
  return otherWarehouses
}

/** Location that belongs to another warehouse: its root, or a folder in it. */
interface TakenPlace {
  readonly warehouse: string
  readonly location: string
}

function takenPlace(fixture: Fixture, random: Random): TakenPlace {
  const warehouse = random.pick([fixture.bucket, requireOtherWarehouses(fixture).kept.name])
  const folder = random.pick(['', '/n', '/n/t2', `/new-${fixture.count()}`])
  return { warehouse, location: `s3://${warehouse}${folder}` }
}

/** Creates a symbolic link to a directory of another warehouse, and returns the location of the link. */
function linkTo(fixture: Fixture, location: string, name: string): string {
  const path = fixture.toPath(location)
  const link = join(dirname(fixture.toPath(`s3://${fixture.bucket}`)), name)
  mkdirSync(path, { recursive: true })
  if (!existsSync(link)) symlinkSync(path, link)
  return `file://${link}`
}

/** Returns the directory of a location, in one of many spellings. */
function toDirectory(fixture: Fixture, random: Random, { warehouse, location }: TakenPlace): string {
  const path = fixture.toPath(location)
  return random.pick([
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
    `file://${dirname(fixture.toPath(`s3://${fixture.bucket}`))}`,
    linkTo(fixture, `s3://${warehouse}`, `link-${warehouse}`),
    `${linkTo(fixture, `s3://${warehouse}`, `link-${warehouse}`)}/n/t2`,
    linkTo(fixture, `s3://${warehouse}/n`, `link-n-${warehouse}`),
  ])
}

/** Returns the S3 prefix of a location, in one of many spellings. */
function toPrefix(random: Random, { warehouse, location }: TakenPlace): string {
  return random.pick([
    location,
    `${location}/`,
    `${location}//`,
    location.replace('s3:', 's3a:'),
    location.replace('s3:', 's3n:'),
    location.replace('s3:', 'S3:'),
    location.replace(warehouse, `${warehouse}/.`),
    location.replace(warehouse, `${warehouse}/`),
    location.replace(warehouse, `${warehouse}/x/..`),
    location.replaceAll('n', '%6e'),
  ])
}

async function createAt(catalog: Catalog, location: string): Promise<Seen> {
  const body = createBody('over', { location })
  const made = await catalog.send('POST', `${namespacePath(catalog, namespace)}/tables`, { body, headers })
  await catalog.send('DELETE', `${tablePath(catalog, namespace, 'over')}?purgeRequested=true`)
  return toSeen(made)
}

/**
 * Tries to add a location of another warehouse to the allowed locations of a warehouse whose storage Mallory
 * administers.
 */
async function allow(fixture: Fixture, random: Random): Promise<Evidence> {
  const { hers } = requireOtherWarehouses(fixture)
  const place = takenPlace(fixture, random)
  const location = fixture.mode === 'gateway' ? toDirectory(fixture, random, place) : toPrefix(random, place)
  const management = `management/v1/warehouses/${hers.name}`
  const allowedLocations = random.chance(0.5) ? [location] : [`${location}/sub`, location]
  const changed = await hers.catalog.send('PATCH', management, { body: { allowedLocations } })
  const seen = [toSeen(changed), await createAt(hers.catalog, random.pick([location, place.location]))]
  if (changed.status < 300) await hers.catalog.send('PATCH', management, { body: { allowedLocations: [] } })
  return {
    what: `allowed location ${JSON.stringify(location)} over warehouse ${place.warehouse}`,
    seen,
    mustFail: true,
  }
}

/**
 * Keys that no store accepts. The requests with these keys contain `skipProbe`, so the server does not send a request
 * to the store.
 */
const madeUpKeys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'made up' }

function bucketStorage(fixture: Fixture, random: Random, { warehouse, location }: TakenPlace): object {
  const prefix = location.slice(`s3://${warehouse}/`.length)
  const spelled = random.pick([prefix, `${prefix}/`, `/${prefix}`, `./${prefix}`, `x/../${prefix}`])
  const endpoint = fixture.store?.endpoint ?? ''
  return {
    type: 's3',
    bucket: warehouse,
    ...(prefix === '' ? {} : { prefix: spelled }),
    endpoint: random.pick([endpoint, endpoint, `${endpoint}/`, endpoint.replace('http', 'HTTP')]),
    region: random.pick(['us-east-1', 'eu-central-1']),
    ...(random.chance(0.3) ? { store: random.pick(['own', 'minio', '']) } : {}),
    ...madeUpKeys,
  }
}

function directoryStorage(fixture: Fixture, random: Random, place: TakenPlace): object {
  const free = `file://${fixture.toPath(`s3://free-${fixture.count()}`)}`
  const root = toDirectory(fixture, random, place)
  return {
    type: 'file',
    // The bucket name of another warehouse must be refused like the directory of this warehouse.
    ...random.pick([
      { root },
      { root, bucket: `b-${fixture.count()}` },
      { root, bucket: place.warehouse },
      { root: free, bucket: place.warehouse },
    ]),
  }
}

/** Tries, as a principal that may only create warehouses, to create a warehouse at a location of another warehouse. */
async function found(fixture: Fixture, random: Random): Promise<Evidence> {
  const { founder } = requireOtherWarehouses(fixture)
  const place = takenPlace(fixture, random)
  const storage =
    fixture.mode === 'gateway'
      ? directoryStorage(fixture, random, place)
      : bucketStorage(fixture, random, place)
  const name = `over-${fixture.count()}`
  const made = await founder('POST', 'warehouses', { body: { name, storage, skipProbe: true } })
  if (made.status < 300) await founder('DELETE', `warehouses/${name}`)
  const what = `a warehouse over ${place.warehouse}: ${JSON.stringify(storage)}`
  return { what, seen: [toSeen(made)], mustFail: true }
}

/**
 * Checks legitimate requests: adds a free location to the allowed locations and creates a table there, and creates a
 * warehouse at another free location.
 */
async function freePlaces(fixture: Fixture): Promise<Evidence> {
  const { hers, founder } = requireOtherWarehouses(fixture)
  const isFile = fixture.mode === 'gateway'
  const name = `free-${fixture.count()}`
  const free = isFile
    ? `file://${fixture.toPath(`s3://${name}`)}`
    : `s3://${freeBucket(fixture.bucket)}/${name}`
  const management = `management/v1/warehouses/${hers.name}`
  const change = (allowedLocations: readonly string[]): ReturnType<Catalog['send']> =>
    hers.catalog.send('PATCH', management, { body: { allowedLocations } })
  const allowed = await change([free])
  const made = await createAt(hers.catalog, `${free}/t`)
  const reset = await change([])
  const storage = isFile
    ? { type: 'file', root: `${free}-root`, bucket: name }
    : { type: 's3', bucket: name, endpoint: fixture.store?.endpoint, ...madeUpKeys }
  const founded = await founder('POST', 'warehouses', { body: { name, storage, skipProbe: true } })
  const deleted = await founder('DELETE', `warehouses/${name}`)
  return {
    what: `the allowed location ${free}, and the warehouse ${JSON.stringify(storage)}`,
    seen: [toSeen(allowed), made, ...[reset, founded, deleted].map(toSeen)],
  }
}

const unavailable = ({ otherWarehouses }: Fixture): string | undefined =>
  otherWarehouses === undefined ? 'there is no other warehouse' : undefined

export const otherWarehouses: readonly AttackSuite[] = [
  { name: 'place-allowed', modes, makesTables: true, weight: 2, unavailable, attack: allow },
  { name: 'place-founded', modes, makesTables: true, unavailable, attack: found },
  {
    name: 'warehouse-legitimate',
    modes,
    makesTables: true,
    weight: 0.2,
    legitimate: true,
    unavailable,
    attack: (fixture) => freePlaces(fixture),
  },
]
