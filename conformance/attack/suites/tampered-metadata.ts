import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Response, readMember, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { createBody, locationIn } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { buildManifestList, buildManifest } from '../avro-file.ts'
import { toSeen } from '../catalog-seen.ts'
import type { Fixture } from '../fixture.ts'
import { foreignPrefixes, useAccess } from '../own-files.ts'
import { hostileLocation } from '../pieces.ts'
import { probe } from '../probe.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }
/** Maximum time to wait for a purge, in ms. */
const purgeTimeoutMs = 60_000

type Metadata = Record<string, unknown>

/** Table of Mallory, with the createTable response whose storage access can write its files. */
interface Tampered {
  readonly name: string
  readonly path: string
  readonly location: string
  readonly made: Response
}

async function makeTable(fixture: Fixture, large: boolean): Promise<Tampered> {
  const { mallory } = fixture.as
  const name = `m${fixture.count()}`
  const properties = {
    'write.metadata.delete-after-commit.enabled': 'true',
    'write.metadata.previous-versions-max': '1',
    // Random bytes do not compress, so the metadata stays larger than the row limit.
    ...(large ? { padding: randomBytes(9_000).toString('base64') } : {}),
  }
  const made = await mallory.send('POST', `${namespacePath(mallory, fixture.namespace)}/tables`, {
    body: createBody(name, { properties }),
    headers,
  })
  if (made.status !== 200) throw new Error(`creating the table ${name} failed: ${made.status} ${made.text}`)
  return { name, path: tablePath(mallory, fixture.namespace, name), location: locationIn(made), made }
}

/**
 * Returns a response with the status 409 in place of a 500 that reports metadata which was changed in storage. This
 * refusal is correct and no fault of the server.
 */
function withoutDamage(seen: Seen): Seen {
  return seen.status === 500 && seen.text.includes('was changed in storage') ? { ...seen, status: 409 } : seen
}

function chooseGoal(fixture: Fixture, random: Random): string {
  return random.pick(fixture.canaries.filter(({ kind }) => kind !== 'disk')).location
}

const statistics = (path: string): object => ({
  'snapshot-id': 1,
  'statistics-path': path,
  'file-size-in-bytes': 7919,
  'file-footer-size-in-bytes': 10,
  'blob-metadata': [],
})

const snapshot = (list: string): object => ({
  'snapshot-id': 1,
  'sequence-number': 1,
  'timestamp-ms': Date.now() + 1_000,
  'manifest-list': list,
  summary: { operation: 'append' },
  'schema-id': 0,
})

/** Changes one member of a table's metadata document, and returns a description of the change. */
function tamper(fixture: Fixture, random: Random, metadata: Metadata, list: string): string {
  const goal = chooseGoal(fixture, random)
  const folder = goal.slice(0, goal.lastIndexOf('/'))
  const { victim, bucket } = fixture
  switch (random.int(8)) {
    case 0: {
      metadata['location'] = random.pick([
        victim.location,
        folder,
        `s3://${bucket}`,
        `s3://${bucket}/n`,
        hostileLocation(fixture, random),
      ])
      return `location ${JSON.stringify(metadata['location'])}`
    }
    case 1:
      metadata['metadata-log'] = [
        goal,
        `${victim.location}/metadata/v1.metadata.json`,
        chooseGoal(fixture, random),
      ].map((file, i) => ({
        'timestamp-ms': Number(metadata['last-updated-ms']) - 10 + i,
        'metadata-file': file,
      }))
      return 'metadata-log'
    case 2:
      metadata['statistics'] = [statistics(goal)]
      return 'statistics'
    case 3:
      metadata['partition-statistics'] = [
        { 'snapshot-id': 1, 'statistics-path': goal, 'file-size-in-bytes': 1 },
      ]
      return 'partition-statistics'
    case 4: {
      metadata['snapshots'] = [snapshot(random.pick([goal, list]))]
      metadata['current-snapshot-id'] = 1
      metadata['last-sequence-number'] = 1
      metadata['refs'] = { main: { 'snapshot-id': 1, type: 'branch' } }
      return 'snapshots'
    }
    case 5: {
      const key = random.pick(['write.data.path', 'write.metadata.path', 'write.object-storage.path'])
      const own = metadata['properties']
      metadata['properties'] = { ...(typeof own === 'object' ? own : {}), [key]: folder }
      return `${key} ${folder}`
    }
    case 6:
      metadata['table-uuid'] = crypto.randomUUID()
      return 'table-uuid'
    default:
      metadata['properties'] = { 'write.metadata.delete-after-commit.enabled': 'true', 'gc.enabled': 'true' }
      return 'properties'
  }
}

/** Returns a valid commit whose content refers to files of other owners. */
function hostileCommit(fixture: Fixture, random: Random, list: string): object {
  const goal = chooseGoal(fixture, random)
  const update = random.pick([
    { action: 'set-properties', updates: { a: String(random.int(1_000)) } },
    { action: 'set-location', location: goal.slice(0, goal.lastIndexOf('/')) },
    { action: 'add-snapshot', snapshot: snapshot(random.pick([goal, list])) },
    { action: 'set-statistics', 'snapshot-id': 1, statistics: statistics(goal) },
    { action: 'set-properties', updates: { 'write.metadata.path': goal.slice(0, goal.lastIndexOf('/')) } },
  ])
  return { requirements: [], updates: [update] }
}

async function attack(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const large = random.chance(0.6)
  const { name, path, location, made } = await makeTable(fixture, large)
  const seen: Seen[] = []
  const found: string[] = []
  const put = async (file: string, body: string | Buffer): Promise<boolean> =>
    (await useAccess(fixture, name, made, { method: 'PUT', location: file, body })).status < 300
  const manifest = `${location}/metadata/m0.avro`
  const list = `${location}/metadata/snap.avro`
  const written =
    (await put(manifest, buildManifest([chooseGoal(fixture, random), chooseGoal(fixture, random)]))) &&
    (await put(list, buildManifestList(random.chance(0.7) ? [manifest] : [chooseGoal(fixture, random)])))
  if (random.chance(0.5)) {
    const before = await mallory.send('POST', path, { body: hostileCommit(fixture, random, list) })
    seen.push(toSeen(before))
  }
  const current = await mallory.send('GET', path, { headers })
  const metadata = structuredClone(readMember(current.json, 'metadata') ?? {}) as Metadata
  const file = String(readMember(current.json, 'metadata-location'))
  const changed = Array.from({ length: 1 + random.int(3) }, () => tamper(fixture, random, metadata, list))
  const overwritten = await put(file, JSON.stringify(metadata))
  if (!written || !overwritten) throw new Error(`${name}: the user Mallory could not write to her own table`)
  const look = async (): Promise<void> => {
    const loaded = await mallory.send('GET', path, { headers })
    found.push(
      ...foreignPrefixes(fixture, loaded, location).map((prefix) => `a credential for ${prefix} was issued`),
    )
    if (
      loaded.status === 200 &&
      readMember(loaded.json, 'metadata', 'table-uuid') !== readMember(made.json, 'metadata', 'table-uuid')
    )
      found.push('a changed metadata file was served')
    seen.push(toSeen(loaded), ...(await probe(fixture, random, name, loaded)))
  }
  if (random.chance(0.7)) await look()
  for (let i = random.int(4); i > 0; i--)
    seen.push(toSeen(await mallory.send('POST', path, { body: hostileCommit(fixture, random, list) })))
  if (random.chance(0.3)) {
    const again = await mallory.send('POST', `${namespacePath(mallory, fixture.namespace)}/register`, {
      body: { name: random.pick([name, `${name}x`]), 'metadata-location': file, overwrite: true },
      headers,
    })
    found.push(
      ...foreignPrefixes(fixture, again, location).map(
        (prefix) => `register issued a credential for ${prefix}`,
      ),
    )
    seen.push(toSeen(again))
  }
  await look()
  for (const left of [path, tablePath(mallory, fixture.namespace, `${name}x`)])
    await mallory.send('DELETE', `${left}?purgeRequested=${random.chance(0.9)}`)
  return {
    what: `a metadata file ${large ? 'above' : 'below'} the row limit with changed ${changed.join(', ')}`,
    seen: seen.map(withoutDamage),
    escape: found.length > 0 ? found.join('; ') : undefined,
  }
}

/**
 * Checks a legitimate request: purges a table with manifests that refer to its own files, and waits until the server
 * has deleted these files.
 */
async function purgeOwn(fixture: Fixture): Promise<Evidence> {
  const { mallory } = fixture.as
  const { name, path, location, made } = await makeTable(fixture, true)
  const data = `${location}/data/own.parquet`
  const manifest = `${location}/metadata/m0.avro`
  const list = `${location}/metadata/snap.avro`
  const seen: Seen[] = []
  for (const [file, body] of [
    [data, 'own'],
    [manifest, buildManifest([data])],
    [list, buildManifestList([manifest])],
  ] as const)
    seen.push(await useAccess(fixture, name, made, { method: 'PUT', location: file, body }))
  const updates = [{ action: 'add-snapshot', snapshot: snapshot(list) }]
  seen.push(toSeen(await mallory.send('POST', path, { body: { requirements: [], updates } })))
  const wasThere = existsSync(fixture.toPath(data))
  seen.push(toSeen(await mallory.send('DELETE', `${path}?purgeRequested=true`)))
  const end = performance.now() + purgeTimeoutMs
  while (existsSync(fixture.toPath(data)) && performance.now() < end) await sleep(50)
  const purged = wasThere && !existsSync(fixture.toPath(data))
  if (!purged)
    seen.push({ status: 408, text: `its data file ${wasThere ? 'is still there' : 'was never there'}` })
  return { what: 'a purge of a table with a manifest that lists its own files', seen }
}

export const tamperedMetadata: readonly AttackSuite[] = [
  { name: 'tampered-metadata', modes, makesTables: true, weight: 2, attack },
  {
    name: 'tampered-legitimate',
    modes,
    makesTables: true,
    weight: 0.03,
    legitimate: true,
    attack: purgeOwn,
  },
]
