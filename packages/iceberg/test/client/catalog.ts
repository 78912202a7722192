import type { JsonObject } from '@headgate/json'
import { operations } from '../../src/rest/operations.ts'
import type { ConnectOptions } from '../../src/client/connect.ts'
import { ManualClock } from './manual-clock.ts'
import { RestCatalog } from '../../src/client/rest-catalog.ts'
import { ScriptedServer, type Reply, type Seen } from './scripted-server.ts'

export interface TestCatalog extends AsyncDisposable {
  readonly catalog: RestCatalog
  readonly clock: ManualClock
  readonly url: string
  /** Requests after that for the configuration. */
  readonly seen: readonly Seen[]
  /** `METHOD target` of each of them. */
  targets(): readonly string[]
  /** Whether a request is being answered. */
  isAnswering(): boolean
}

export interface TestCatalogOptions extends Partial<ConnectOptions> {
  readonly config?: JsonObject
  answer(seen: Seen): Reply | Promise<Reply>
}

/** A server that has every operation, and remembers idempotency keys. */
export const everything: JsonObject = {
  defaults: {},
  overrides: { prefix: 'wh' },
  endpoints: operations.map(({ endpoint }) => endpoint),
  'idempotency-key-lifetime': 'PT30M',
}

/** A catalog that is connected to a server which answers what the test says. */
export async function testCatalog({
  config = everything,
  answer,
  ...options
}: TestCatalogOptions): Promise<TestCatalog> {
  const server = await ScriptedServer.start((seen) =>
    seen.target.startsWith('/v1/config') ? { json: config } : answer(seen),
  )
  const clock = new ManualClock()
  const catalog = await RestCatalog.connect({ uri: server.url, clock, ...options })
  server.seen.length = 0
  return {
    catalog,
    clock,
    url: server.url,
    seen: server.seen,
    targets: () => server.seen.map(({ method, target }) => `${method} ${target}`),
    isAnswering: () => server.open > 0,
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

/** The body of a load. */
export const loaded = (more: JsonObject = {}): JsonObject => ({
  'metadata-location': `${LOCATION}/metadata/00000.metadata.json`,
  metadata,
  config: {},
  ...more,
})

export const problem = (status: number, type: string, message = 'a message'): Reply => ({
  status,
  json: { error: { message, type, code: status } },
})

/** Waits until it holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error('this never happened')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Everything that comes. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
