import type { JsonObject } from '@headgate/json'
import { operations } from '../../src/rest/operations.ts'
import type { ConnectOptions } from '../../src/client/connect.ts'
import { ManualClock } from './manual-clock.ts'
import { RestCatalog } from '../../src/client/rest-catalog.ts'
import { ScriptedServer, type ScriptedResponse, type RecordedRequest } from './scripted-server.ts'

export interface TestCatalog extends AsyncDisposable {
  readonly catalog: RestCatalog
  readonly clock: ManualClock
  readonly url: string
  /** Requests that the server received after the catalog was connected. */
  readonly requests: readonly RecordedRequest[]
  /** Returns `requests` as texts in the form `METHOD target`. */
  targets(): readonly string[]
  /** Returns whether the server is handling a request. */
  hasOpenRequests(): boolean
}

export interface TestCatalogOptions extends Partial<ConnectOptions> {
  readonly config?: JsonObject
  respond(request: RecordedRequest): ScriptedResponse | Promise<ScriptedResponse>
}

/** Configuration of a server that supports every operation and idempotency keys. */
export const fullConfig: JsonObject = {
  defaults: {},
  overrides: { prefix: 'wh' },
  endpoints: operations.map(({ endpoint }) => endpoint),
  'idempotency-key-lifetime': 'PT30M',
}

/** Starts a server whose responses the test determines, and connects a catalog client to it. */
export async function testCatalog({
  config = fullConfig,
  respond,
  ...options
}: TestCatalogOptions): Promise<TestCatalog> {
  const server = await ScriptedServer.start((request) =>
    request.target.startsWith('/v1/config') ? { json: config } : respond(request),
  )
  const clock = new ManualClock()
  const catalog = await RestCatalog.connect({ uri: server.url, clock, ...options })
  server.requests.length = 0
  return {
    catalog,
    clock,
    url: server.url,
    requests: server.requests,
    targets: () => server.requests.map(({ method, target }) => `${method} ${target}`),
    hasOpenRequests: () => server.openRequests > 0,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export const schema = {
  type: 'struct',
  fields: [{ id: 1, name: 'id', type: 'long', required: true }],
} as const

export const orders = { namespace: ['sales'], name: 'orders' } as const
export const LOCATION = 's3://lake/orders'
export const UUID = '0196a5a4-0000-4000-8000-000000000001'

/** Metadata of a table without snapshots. */
export const metadata: JsonObject = {
  'format-version': 2,
  'table-uuid': UUID,
  location: LOCATION,
  'last-sequence-number': 0,
  'last-updated-ms': 1_700_000_000_000,
  'last-column-id': 1,
  'current-schema-id': 0,
  schemas: [{ 'schema-id': 0, ...schema }],
  'default-spec-id': 0,
  'partition-specs': [{ 'spec-id': 0, fields: [] }],
  'last-partition-id': 999,
  'default-sort-order-id': 0,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  properties: {},
}

/** Returns the response body of `loadTable`, with further members. */
export const loadBody = (more: JsonObject = {}): JsonObject => ({
  'metadata-location': `${LOCATION}/metadata/00000.metadata.json`,
  metadata,
  config: {},
  ...more,
})

/** Returns an error response of the protocol. */
export const errorResponse = (status: number, type: string, message = 'a message'): ScriptedResponse => ({
  status,
  json: { error: { message, type, code: status } },
})

/** Waits until a condition holds, for at most 2.5 s. */
export async function waitUntil(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error('The condition was not met in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Collects the items of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
