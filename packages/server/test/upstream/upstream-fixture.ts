import { randomBytes } from 'node:crypto'
import { StorageRegistry } from '@headgate/storage'
import { type AwsIcebergKind, awsNames, type ReceivedRequest, startAwsDouble } from '@headgate/testkit'
import { loopbackEndpoints } from '../../../storage/test/endpoints.ts'
import { openWarehouseStorage } from '../../src/catalog/open-storage.ts'
import { masterKeyFrom } from '../../src/keys/master-key.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, type TestServerOptions, testServer } from '../server.ts'
import { sigv4Properties, sigv4Verifier } from './verify-sigv4.ts'
import { type RecordingProxy, recordingProxy } from './recording-proxy.ts'

/** Two servers: the warehouse `lakehouse` of `front` forwards to the warehouse `lakehouse` of `upstream`. */
export interface UpstreamFixture extends AsyncDisposable {
  readonly front: TestServer
  readonly upstream: TestServer
  /** All requests of `front` to `upstream`. */
  readonly proxy: RecordingProxy
}

const storageOf = statement('test_upstream_storage', `select storage from warehouse where name = 'lakehouse'`)
const makeUpstream = statement(
  'test_upstream_make',
  `with changed as (
     update warehouse set kind = 'upstream', upstream = $1::jsonb, storage = $2::jsonb, vending = $3::jsonb, version = version + 1
     where name = 'lakehouse' returning id)
   select pg_notify('headgate', 'warehouse:' || id) from changed`,
)

/** Options of both servers. Those of the upstream can depend on the address of `front`. */
export interface UpstreamFixtureOptions extends TestServerOptions {
  readonly upstream?: (front: TestServer) => TestServerOptions
}

/**
 * Test double of an Iceberg endpoint of AWS (Glue or S3 Tables), through which `front` sends its requests to
 * `upstream`.
 */
export interface AwsBetween {
  readonly kind: AwsIcebergKind
  /** Requests that the double received, with those that it refused. */
  received: readonly ReceivedRequest[]
}

/**
 * Starts both servers. Clients of both reach the files through a storage gateway.
 *
 * @param storage storage profile of the warehouse of `front`. Default: that of the upstream
 * @param options options of `front`, and of the upstream
 * @param aws double between the proxy and the server `front`, which signs its requests
 */
export async function upstreamFixture(
  profile: Readonly<Record<string, unknown>> = {},
  storage: Readonly<Record<string, unknown>> | null = null,
  { upstream: upstreamOptions, ...options }: UpstreamFixtureOptions = {},
  aws?: AwsBetween,
): Promise<UpstreamFixture> {
  const stack = new AsyncDisposableStack()
  const registry = stack.use(new StorageRegistry({ guard: loopbackEndpoints() }))
  const master = masterKeyFrom(randomBytes(32))
  const front = stack.use(
    await testServer({
      vending: { mode: 'gateway' },
      openStorage: (row) => openWarehouseStorage(row, { master, registry }),
      ...options,
    }),
  )
  const upstream = stack.use(await testServer({ vending: { mode: 'gateway' }, ...upstreamOptions?.(front) }))
  const proxy = stack.use(await recordingProxy(upstream.url))
  const [row] = await upstream.sql.run<{ storage: object }>(storageOf)
  const double =
    aws === undefined
      ? null
      : stack.use(
          await startAwsDouble({
            kind: aws.kind,
            target: proxy.url,
            targetPrefix: 'lakehouse',
            verify: sigv4Verifier(aws.kind),
          }),
        )
  if (aws !== undefined) aws.received = double?.received ?? []
  const settings =
    aws === undefined
      ? { warehouse: 'lakehouse' }
      : { warehouse: awsNames[aws.kind].warehouse, auth: sigv4Properties(aws.kind), dialect: aws.kind }
  await front.sql.run(makeUpstream, [
    JSON.stringify({ uri: double?.url ?? proxy.url, ...settings, ...profile }),
    JSON.stringify(storage ?? row?.storage),
    JSON.stringify({ mode: 'gateway' }),
  ])
  // The server may have cached the managed warehouse.
  front.context.deps.warehouses.forget()
  return { front, upstream, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
