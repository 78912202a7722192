import type { JsonObject } from '@headgate/json'
import { loaded, LOCATION, orders, problem, testCatalog, type TestCatalog } from '../catalog.ts'
import type { LoadedTable, StorageCredentials } from '../../../src/client/index.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { Reply, Seen } from '../scripted-server.ts'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const path = 'GET /v1/wh/namespaces/sales/tables/orders'

export interface Vended {
  readonly key: string
  readonly expiresAt?: number
  readonly token?: string
  readonly prefix?: string
  readonly more?: JsonObject
}

/** A credential on the wire. */
export const vended = ({ key, expiresAt, token, prefix = `${LOCATION}/`, more }: Vended): JsonObject => ({
  prefix,
  config: {
    's3.access-key-id': key,
    's3.secret-access-key': `secret of ${key}`,
    's3.session-token': `session of ${key}`,
    ...(expiresAt === undefined ? {} : { 's3.session-token-expires-at-ms': String(expiresAt) }),
    ...more,
  },
  ...(token === undefined ? {} : { 'storage-refresh-token': token }),
})

export const list = (...credentials: readonly Vended[]): Reply => ({
  json: { 'storage-credentials': credentials.map(vended) },
})
export const gone: Reply = problem(
  404,
  'NoSuchTableException',
  'storageRefreshToken does not stand for this table',
)
export const tokenOf = ({ target }: Seen): string | null =>
  new URL(target, 'http://x').searchParams.get('storageRefreshToken')
export const isLoad = ({ target }: Seen): boolean => !target.includes('/credentials')

export interface Scene {
  /** Credentials of the table when it is loaded first. */
  readonly first?: readonly Vended[]
  readonly table?: JsonObject
  readonly config?: JsonObject
  readonly staged?: boolean
  readonly auth?: Parameters<typeof testCatalog>[0]['auth']
  answer(seen: Seen): Reply | Promise<Reply>
}

export interface Started extends TestCatalog {
  readonly table: LoadedTable
  readonly keys: StorageCredentials
}

/** A table that was loaded, and its credentials; requests count from here. */
export async function start(
  clock: ManualClock,
  { first = [], table = {}, staged, answer, ...rest }: Scene,
): Promise<Started> {
  let opened = false
  const opening = loaded({ 'storage-credentials': first.map(vended), ...table })
  const it = await testCatalog({
    ...rest,
    clock,
    answer: (seen) =>
      opened ? answer(seen) : { json: staged === true ? { ...opening, 'metadata-location': null } : opening },
  })
  const found = await it.catalog.loadTable(orders)
  opened = true
  const seen = it.seen as Seen[]
  seen.length = 0
  return { ...it, seen, table: found, keys: it.catalog.storageCredentials(found) }
}

/** Lets a request in the background end: client and server are in this process, and both have their turns. */
export async function settled({ seen, isAnswering }: Started): Promise<void> {
  let count = seen.length
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isAnswering() && seen.length === count) continue
    count = seen.length
    turns = 0
  }
}
