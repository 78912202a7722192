import { randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import type { Json } from '@headgate/json'
import { missingRelation, missingWarehouse } from '../catalog/existing.ts'
import type { Finding } from '../catalog/finding.ts'
import { selectAllowed } from '../catalog/locations.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { readMetadata } from './load-result.ts'
import { toPrefixes } from './remote-prefixes.ts'
import type { Upstream } from './upstream.ts'
import { hasReader } from './upstream-warehouse.ts'
import type { Upstreams } from './upstreams.ts'
import type { UpstreamUser } from './user-auth.ts'
import { credentialFor, decodeVendedKeys, type VendedKeys } from './vended-keys.ts'

/** Maximum number of namespaces that the check searches for a table. */
const maxNamespaces = 5

/** Table of the upstream catalog whose storage credentials the check tests. */
interface Sample {
  readonly identifier: TableIdentifier
  readonly prefixes: readonly string[]
  readonly keys: VendedKeys | null
}

/**
 * Tests the storage credentials that the upstream catalog vends, with the first table that the catalog lists.
 * Runs only for warehouses whose clients or storage gateway use these credentials. If the warehouse has a
 * separate account for readers (`authRead`), also tests that the credentials of this account cannot write.
 */
export async function checkCredentials(
  upstreams: Upstreams,
  warehouse: Warehouse,
  user: UpstreamUser,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { credentials: mode } = warehouse
  const findings: Finding[] = []
  const add = async (name: string, run: () => Promise<string>): Promise<void> => {
    try {
      findings.push({ name, ok: true, message: await run() })
    } catch (error) {
      signal.throwIfAborted()
      if (!isHeadgateError(error) && !(error instanceof CheckFailure)) throw error
      const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
      findings.push({ name, ok: false, message: `${error.message}${cause}` })
    }
  }
  if (mode === 'relay' || mode === 'pass')
    await add('credentials', async () => {
      await using upstream = await upstreams.open(warehouse, user)
      return await testWriter(upstreams, upstream, warehouse, signal)
    })
  if (hasReader(warehouse))
    await add('reader', async () => {
      await using upstream = await upstreams.open(warehouse, user, { account: 'reader' })
      return await testReader(upstreams, upstream, warehouse, signal)
    })
  return findings
}

/** Failure of a test that the upstream catalog did not report as an error, such as missing credentials. */
class CheckFailure extends Error {}

async function testWriter(
  upstreams: Upstreams,
  upstream: Upstream,
  warehouse: Warehouse,
  signal: AbortSignal,
): Promise<string> {
  const sample = await findSample(upstream, warehouse, signal)
  if (sample === null) return notTested
  const description = describeKeys(sample, requireKeys(sample, warehouse))
  if (warehouse.credentials === 'relay') {
    const storage = await openSample(upstreams, warehouse, sample, 'read-write')
    await storage.list(`${sample.prefixes[0]}`, { pageSize: 1, signal })[Symbol.asyncIterator]().next()
  }
  const renewal = (await upstream.offers('loadCredentials', signal)) ? 'loadCredentials' : 'loadTable'
  const readers =
    warehouse.credentials === 'pass' && !hasReader(warehouse)
      ? ' Callers that may only read receive no credentials, because upstream.authRead is not set.'
      : ''
  return `${description} They are renewed by ${renewal}.${readers}`
}

/** Tests the account for readers (`authRead`): its storage credentials must not be able to write. */
async function testReader(
  upstreams: Upstreams,
  upstream: Upstream,
  warehouse: Warehouse,
  signal: AbortSignal,
): Promise<string> {
  const sample = await findSample(upstream, warehouse, signal)
  if (sample === null || warehouse.credentials === 'own' || warehouse.credentials === 'none')
    return 'The authentication of the account for readers is usable.'
  requireKeys(sample, warehouse)
  const storage = await openSample(upstreams, warehouse, sample, 'read')
  const location = `${sample.prefixes[0]}headgate-check-${randomUUID()}`
  try {
    await storage.put(location, Buffer.from('headgate warehouse check'), { signal })
  } catch (error) {
    if (!isHeadgateError(error, 'forbidden')) throw error
    return 'The upstream vends credentials to the account for readers, and these credentials cannot write.'
  }
  await storage.delete(location, { signal })
  throw new CheckFailure(
    'The storage credentials of the account for readers can also write. Use an account in upstream.authRead that may only read at the upstream.',
  )
}

async function findSample(
  upstream: Upstream,
  warehouse: Warehouse,
  signal: AbortSignal,
): Promise<Sample | null> {
  const missing = () => missingWarehouse(warehouse.name)
  const listed = await upstream.callJson(
    { id: 'listNamespaces', target: {}, query: firstPage(maxNamespaces), missing },
    signal,
  )
  for (const namespace of toList(member(listed, 'namespaces')).slice(0, maxNamespaces)) {
    const levels = toList(namespace).filter((level) => typeof level === 'string')
    const tables = await upstream.callJson(
      { id: 'listTables', target: { namespace: levels }, query: firstPage(1), missing },
      signal,
    )
    const name = member(toList(member(tables, 'identifiers'))[0] ?? null, 'name')
    if (typeof name === 'string') return await loadSample(upstream, { namespace: levels, name }, signal)
  }
  return null
}

function firstPage(size: number): Readonly<Record<string, string>> {
  return { pageToken: '', pageSize: String(size) }
}

async function loadSample(
  upstream: Upstream,
  identifier: TableIdentifier,
  signal: AbortSignal,
): Promise<Sample> {
  const missing = () => missingRelation('table', identifier)
  const query = { snapshots: 'refs' }
  const { body } = await upstream.call(
    { id: 'loadTable', target: { identifier }, query, missing, vends: true },
    signal,
  )
  const prefixes = toPrefixes(readMetadata(body, 'table').locations)
  return { identifier, prefixes, keys: decodeVendedKeys(body, Date.now()) }
}

function requireKeys({ identifier, prefixes, keys }: Sample, warehouse: Warehouse): VendedKeys {
  const table = formatIdentifier(identifier)
  const [outside] = prefixes.filter((prefix) => selectAllowed(warehouse, [prefix]).length === 0)
  if (outside !== undefined)
    throw new CheckFailure(
      `The location of table ${table}, ${outside}, is outside the allowed locations of the warehouse. Add it: headgate warehouse update ${warehouse.name} --allow LOCATION`,
    )
  if (keys === null)
    throw new CheckFailure(
      `The upstream vends no storage credentials for table ${table}. Allow its account to receive them, or use the credential mode own or none.`,
    )
  const [uncovered] = prefixes.filter((prefix) => credentialFor(keys, prefix) === null)
  if (uncovered === undefined) return keys
  throw new CheckFailure(
    `The storage credentials of the upstream for table ${table} do not include ${uncovered}.`,
  )
}

async function openSample(
  { relays }: Upstreams,
  warehouse: Warehouse,
  sample: Sample,
  permission: 'read' | 'read-write',
): ReturnType<Upstreams['relays']['openWith']> {
  const { identifier, prefixes } = sample
  const table = { id: randomUUID(), staged: false }
  return await relays.openWith(
    { warehouse, table, identifier, permission, prefixes },
    requireKeys(sample, warehouse),
  )
}

function describeKeys({ identifier }: Sample, { expiresAt, fetchedAt }: VendedKeys): string {
  const life =
    expiresAt === null
      ? 'do not expire'
      : `expire in ${Math.round((expiresAt - fetchedAt) / 60_000)} minutes or are assumed to`
  return `The upstream vends storage credentials for table ${formatIdentifier(identifier)}, which ${life}.`
}

const notTested = `The first ${maxNamespaces} namespaces of the upstream contain no table, so its storage credentials were not tested.`

function member(value: Json, name: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ((value as Readonly<Record<string, Json>>)[name] ?? null)
    : null
}

function toList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : []
}
