import type { JsonObject } from '@headgate/json'
import { loadBody, LOCATION, orders, errorResponse, testCatalog, type TestCatalog } from '../catalog.ts'
import type { LoadedTable, StorageCredentials } from '../../../src/client/index.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { ScriptedResponse, RecordedRequest } from '../scripted-server.ts'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const path = 'GET /v1/wh/namespaces/sales/tables/orders'

export interface VendedCredential {
  readonly key: string
  readonly expiresAt?: number
  readonly token?: string
  readonly prefix?: string
  readonly extra?: JsonObject
}

/** Encodes a storage credential in the JSON form of the protocol. */
export const encodeVended = ({
  key,
  expiresAt,
  token,
  prefix = `${LOCATION}/`,
  extra,
}: VendedCredential): JsonObject => ({
  prefix,
  config: {
    's3.access-key-id': key,
    's3.secret-access-key': `secret of ${key}`,
    's3.session-token': `session of ${key}`,
    ...(expiresAt === undefined ? {} : { 's3.session-token-expires-at-ms': String(expiresAt) }),
    ...extra,
  },
  ...(token === undefined ? {} : { 'storage-refresh-token': token }),
})

/** Returns the response of `loadCredentials`. */
export const listCredentials = (...credentials: readonly VendedCredential[]): ScriptedResponse => ({
  json: { 'storage-credentials': credentials.map(encodeVended) },
})
export const unknownTokenResponse: ScriptedResponse = errorResponse(
  404,
  'NoSuchTableException',
  'The storageRefreshToken does not belong to this table',
)
export const findRefreshToken = ({ target }: RecordedRequest): string | null =>
  new URL(target, 'http://x').searchParams.get('storageRefreshToken')
export const isTableLoad = ({ target }: RecordedRequest): boolean => !target.includes('/credentials')

export interface VendingOptions {
  /** Credentials in the first load of the table. */
  readonly initial?: readonly VendedCredential[]
  readonly table?: JsonObject
  readonly config?: JsonObject
  readonly staged?: boolean
  readonly auth?: Parameters<typeof testCatalog>[0]['auth']
  respond(request: RecordedRequest): ScriptedResponse | Promise<ScriptedResponse>
}

export interface VendingFixture extends TestCatalog {
  readonly table: LoadedTable
  readonly keys: StorageCredentials
}

/** Starts a server and loads a table with credentials. `requests` contains only later requests. */
export async function startVending(
  clock: ManualClock,
  { initial = [], table = {}, staged, respond, ...rest }: VendingOptions,
): Promise<VendingFixture> {
  let isLoaded = false
  const body = loadBody({ 'storage-credentials': initial.map(encodeVended), ...table })
  const it = await testCatalog({
    ...rest,
    clock,
    respond: (request) =>
      isLoaded ? respond(request) : { json: staged === true ? { ...body, 'metadata-location': null } : body },
  })
  const loadedTable = await it.catalog.loadTable(orders)
  isLoaded = true
  const requests = it.requests as RecordedRequest[]
  requests.length = 0
  return { ...it, requests, table: loadedTable, keys: it.catalog.storageCredentials(loadedTable) }
}

/** Waits until requests in the background have ended. Client and server run in this process. */
export async function waitUntilIdle({ requests, hasOpenRequests }: VendingFixture): Promise<void> {
  let count = requests.length
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!hasOpenRequests() && requests.length === count) continue
    count = requests.length
    turns = 0
  }
}
