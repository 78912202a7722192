import { bearer } from '../identity/token-endpoint.ts'
import { type Lab, openLab, tokenFor } from '../identity/lab.ts'
import { startOwnServer } from '../refresh/own-server.ts'
import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { asCaller, type Catalog, namespacePath, readMember, tablePath } from '../refresh/catalog-client.ts'
import { inShort, onlyCredential } from '../refresh/credential.ts'
import { readStorageKeys, type StorageKeys, toTarget, useKeys } from '../refresh/storage-keys.ts'
import { delegation } from '../refresh/table-requests.ts'
import { type DataFile, manifestListOf, manifestOf } from './manifests.ts'

/** Text in the paths, the statistics and the content of all files that Mallory must not see. */
export const canary = 'canary-7f3a'

/**
 * Callers. Ada owns the tables. Mallory attacks: her grant on `orders` and `mixed` is restricted to the rows with region
 * eu, and she owns the namespace `hers`. The reader may read everything, and the stranger nothing.
 */
export type Who = 'ada' | 'mallory' | 'reader' | 'stranger'

export interface AttackedTable {
  readonly name: string
  readonly location: string
  /** Ids of the snapshots, the oldest first. */
  readonly snapshots: readonly number[]
  /** Objects with canaries: data files of the region us, manifests and manifest lists. */
  readonly hidden: readonly string[]
  /** Data files of the region eu. */
  readonly open: readonly string[]
}

export interface Fixture {
  readonly lab: Lab
  readonly as: Readonly<Record<Who, Catalog>>
  readonly namespace: readonly string[]
  /** Namespace that Mallory owns. */
  readonly hers: readonly string[]
  /** Partitioned by region, so that files decide. */
  readonly orders: AttackedTable
  /** With a file that has rows of both regions. */
  readonly mixed: AttackedTable
  count(): number
}

const schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: 'id', type: 'long', required: false },
    { id: 2, name: 'region', type: 'string', required: false },
    { id: 3, name: 'secret', type: 'string', required: false },
  ],
}
const spec = { fields: [{ 'source-id': 2, 'field-id': 1000, name: 'region', transform: 'identity' }] }

/** Starts a server with the tables and callers of the attacks. */
export async function openFixture(keeper: ProcessKeeper, folder: string): Promise<Fixture> {
  const { uri, server, gatewayWarehouse } = await startOwnServer(keeper, join(folder, 'server'), {
    HEADGATE_TOKEN_TTL_SECONDS: '86400',
    HEADGATE_AUDIT_READS: 'off',
    HEADGATE_S3_DECISION_MAX_AGE_MS: '1000',
  })
  const warehouse = 'attacked'
  await gatewayWarehouse(warehouse)
  const place = {
    uri,
    credential: server.adminCredential,
    warehouse,
    issuer: null,
    otherIssuer: null,
    startServer: null,
  }
  const lab = await openLab(place)
  const { namespace } = lab
  const as = {} as Record<Who, Catalog>
  for (const name of ['ada', 'mallory', 'reader', 'stranger'] as const) {
    const { secret } = await lab.client(name)
    as[name] = asCaller(lab.catalog, bearer(await tokenFor(lab, name, secret)))
  }
  await lab.grant('ada', 'manage', { namespace })
  const hers = ['hers']
  await expectOk(lab.catalog.send('POST', `${lab.catalog.root}namespaces`, { body: { namespace: hers } }))
  await lab.grant('mallory', 'manage', { namespace: hers })
  await lab.grant('reader', 'select', { namespace })
  const orders = await makeTable(as.ada, namespace, 'orders', ['eu', 'us'])
  const mixed = await makeTable(as.ada, namespace, 'mixed', ['eu', 'us', 'both'])
  for (const relation of ['orders', 'mixed'])
    await lab.must('POST', 'grants', {
      privilege: 'select',
      rows: `region = 'eu'`,
      on: { warehouse, namespace, relation },
      to: { principal: 'mallory' },
    })
  let cases = 0
  return { lab, as, namespace, hers, orders, mixed, count: () => (cases += 1) }
}

/** Creates a table with two snapshots. Each adds one file for each of the regions; `both` is a file without a partition value. */
async function makeTable(
  catalog: Catalog,
  namespace: readonly string[],
  name: string,
  regions: readonly string[],
): Promise<AttackedTable> {
  const { keys, location } = await createTable(catalog, namespace, name)
  const hidden: string[] = []
  const open: string[] = []
  const snapshots: number[] = []
  const all: DataFile[] = []
  for (const snapshotId of [11, 12]) {
    for (const region of regions) {
      const isOpen = region === 'eu'
      const path = `${location}/data/${region}-${snapshotId}${isOpen ? '' : `-${canary}`}.parquet`
      const content = isOpen ? `rows of ${region}` : `rows of ${region}: ${canary}`
      // The file `both` contains rows of the regions eu and us, so its partition value must not be `eu`: Mallory may
      // only read files without rows of other regions.
      const value = region === 'both' ? 'e' : region
      const bounds = isOpen ? (['a', 'b'] as const) : ([`${canary}-0`, `${canary}-9`] as const)
      await put(keys, path, content)
      all.push({ path, region: value, size: content.length, bounds })
      if (isOpen) open.push(path)
      else hidden.push(path)
    }
    hidden.push(...(await commitFiles(catalog, namespace, name, { keys, location }, snapshotId, all)))
    snapshots.push(snapshotId)
  }
  const refs = [
    { action: 'set-snapshot-ref', 'ref-name': 'audit', type: 'branch', 'snapshot-id': 11 },
    { action: 'set-snapshot-ref', 'ref-name': 'first', type: 'tag', 'snapshot-id': 11 },
  ]
  await commit(catalog, namespace, name, refs)
  return { name, location, snapshots, hidden, open }
}

interface Written {
  readonly keys: StorageKeys
  readonly location: string
}

/** Creates a table. Returns its location and keys of its owner. */
export async function createTable(
  catalog: Catalog,
  namespace: readonly string[],
  name: string,
): Promise<Written> {
  const body = { name, schema, 'partition-spec': spec }
  const response = await catalog.send('POST', `${namespacePath(catalog, namespace)}/tables`, {
    body,
    headers: delegation,
  })
  const keys = readStorageKeys(onlyCredential(response, `creating ${name}`))
  if (keys === undefined) throw new Error('The created table has no S3 keys.')
  return { keys, location: String(readMember(response.json, 'metadata', 'location')) }
}

/** Writes a manifest and a manifest list, and commits a snapshot with them. Returns both locations. */
export async function commitFiles(
  catalog: Catalog,
  namespace: readonly string[],
  name: string,
  { keys, location }: Written,
  snapshotId: number,
  files: readonly DataFile[],
  change: { readonly manifest?: (bytes: Buffer) => Buffer; readonly list?: (bytes: Buffer) => Buffer } = {},
): Promise<readonly string[]> {
  const manifest = manifestOf(snapshotId, files)
  const changed = change.manifest?.(manifest) ?? manifest
  const path = `${location}/metadata/m-${snapshotId}.avro`
  await put(keys, path, changed)
  const list = manifestListOf([{ path, length: changed.length, snapshotId, files: files.length }])
  const listPath = `${location}/metadata/l-${snapshotId}.avro`
  await put(keys, listPath, change.list?.(list) ?? list)
  await commit(catalog, namespace, name, snapshotUpdates(snapshotId, listPath))
  return [path, listPath]
}

/** Returns the updates that add a snapshot to `main`. */
export function snapshotUpdates(snapshotId: number, manifestList: string): readonly object[] {
  const snapshot = {
    'snapshot-id': snapshotId,
    'sequence-number': snapshotId,
    'timestamp-ms': Date.now(),
    'manifest-list': manifestList,
    summary: { operation: 'append' },
    'schema-id': 0,
  }
  return [
    { action: 'add-snapshot', snapshot },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshotId },
  ]
}

async function commit(
  catalog: Catalog,
  namespace: readonly string[],
  name: string,
  updates: readonly object[],
): Promise<void> {
  await expectOk(
    catalog.send('POST', tablePath(catalog, namespace, name), { body: { requirements: [], updates } }),
  )
}

async function put(keys: StorageKeys, location: string, body: string | Uint8Array): Promise<void> {
  const { status, text } = await useKeys(keys, 'PUT', toTarget(location), body)
  if (status !== 200) throw new Error(`PUT ${location}: ${status} ${text.slice(0, 200)}`)
}

async function expectOk(sent: Promise<Parameters<typeof inShort>[0]>): Promise<void> {
  const response = await sent
  if (response.status >= 300) throw new Error(inShort(response))
}
