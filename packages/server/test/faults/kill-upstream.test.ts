import type { Json, JsonObject } from '@headgate/json'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { schema, setProperties, toCreation } from '../iceberg/tables.ts'
import { type TestServer, testServer } from '../server.ts'
import { type Interception, type RecordedRequest, recordingProxy } from '../upstream/recording-proxy.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { send, type TimedResponse } from './send.ts'

const tables = 'namespaces/sales/tables'
const storageOf = statement('test_kill_storage', `select storage from warehouse where name = 'lakehouse'`)
const makeUpstream = statement(
  'test_kill_upstream',
  `update warehouse set kind = 'upstream', upstream = $1::jsonb, storage = $2::jsonb, version = version + 1 where name = 'lakehouse'`,
)
const stagedNames = statement('test_kill_staged', 'select name from staged_relation')

type Send = (method: string, path: string, body?: Json) => Promise<TimedResponse | null>

/** Change of one table, whose request to the upstream contains the name of the table. */
interface Change {
  readonly kind: string
  prepare(send: Send, name: string): Promise<() => readonly [method: string, path: string, body?: Json]>
  /** Status of the change when it is repeated after the upstream has executed it. */
  readonly repeated: number
}

async function create(send: Send, name: string, more: JsonObject = {}): Promise<TimedResponse | null> {
  return await send('POST', tables, { name, schema, ...more })
}

const changes: readonly Change[] = [
  {
    kind: 'create',
    repeated: 409,
    prepare: (_, name) => Promise.resolve(() => ['POST', tables, { name, schema }]),
  },
  {
    kind: 'staged',
    repeated: 409,
    prepare: async (send, name) => {
      const staged = await create(send, name, { 'stage-create': true })
      if (staged === null) throw new Error('the server did not respond')
      const { updates, requirements } = toCreation(staged)
      return () => ['POST', `${tables}/${name}`, { updates, requirements }]
    },
  },
  {
    kind: 'commit',
    repeated: 200,
    prepare: async (send, name) => {
      await create(send, name)
      return () => ['POST', `${tables}/${name}`, { updates: [setProperties({ k: name })], requirements: [] }]
    },
  },
  {
    kind: 'rename',
    repeated: 404,
    prepare: async (send, name) => {
      await create(send, name)
      const at = (table: string): JsonObject => ({ namespace: ['sales'], name: table })
      return () => ['POST', 'tables/rename', { source: at(name), destination: at(`${name}_new`) }]
    },
  },
  {
    kind: 'drop',
    repeated: 404,
    prepare: async (send, name) => {
      await create(send, name)
      return () => ['DELETE', `${tables}/${name}`]
    },
  },
]

describe('an upstream warehouse', () => {
  let place: FaultPlace
  let upstream: TestServer
  let proxy: Awaited<ReturnType<typeof recordingProxy>>
  let front: MainProcess
  const stack = new AsyncDisposableStack()
  const start = (): Promise<MainProcess> =>
    MainProcess.start(place.environment({ HEADGATE_PRIVATE_ENDPOINTS: '127.0.0.1' }))
  const toFront: Send = (method, path, body) => send(front.url, method, path, body)

  beforeAll(async () => {
    place = stack.use(await faultPlace())
    upstream = stack.use(await testServer({}))
    proxy = stack.use(await recordingProxy(upstream.url))
    const [row] = await upstream.sql.run<{ storage: object }>(storageOf)
    const profile = { uri: proxy.url, warehouse: 'lakehouse' }
    await place.sql.run(makeUpstream, [JSON.stringify(profile), JSON.stringify(row?.storage)])
    front = await start()
    expect((await toFront('POST', 'namespaces', { namespace: ['sales'] }))?.status).toBe(200)
  })
  afterAll(async () => {
    await front[Symbol.asyncDispose]()
    await stack.disposeAsync()
  })
  beforeEach(() => proxy.intercept(() => 'forward'))

  /**
   * Makes the proxy in front of the upstream intercept changes. The key of a decision is a text in the path or body of
   * the request, such as the end of a table name.
   */
  const interceptChanges = (decisions: Readonly<Record<string, Interception>>): void =>
    proxy.intercept(({ method, path, body }: RecordedRequest) => {
      if (method === 'GET' || method === 'HEAD') return 'forward'
      const ending = Object.keys(decisions).find((text) => `${path} ${body}`.includes(text))
      return (ending === undefined ? undefined : decisions[ending]) ?? 'forward'
    })

  /** Returns whether the upstream has executed a change of a table. */
  const isExecuted = async (kind: string, name: string): Promise<boolean> => {
    const { status, json } = await upstream.send('GET', `${tables}/${name}`)
    if (kind === 'drop' || kind === 'rename') return status === 404
    if (kind !== 'commit') return status === 200
    return JSON.stringify(json).includes(`"k":"${name}"`)
  }

  /** Checks that the server and the upstream have the same tables, and that the server loads each of them. */
  const expectSameTables = async (): Promise<void> => {
    const [seen, real] = await Promise.all([toFront('GET', tables), upstream.send('GET', tables)])
    expect(seen?.json).toEqual(real.json)
    const { identifiers } = real.json as { identifiers: { name: string }[] }
    for (const { name } of identifiers)
      expect((await toFront('GET', `${tables}/${name}`))?.status, name).toBe(200)
  }

  test('changes in an upstream warehouse have no effect or their complete effect when the server is killed, and can be repeated', async () => {
    const cases = await Promise.all(
      changes.flatMap((change) =>
        (['_before', '_after'] as const).map(async (step) => {
          const name = change.kind + step
          return { change, step, name, request: await change.prepare(toFront, name) }
        }),
      ),
    )
    interceptChanges({ _before: 'hold', _after: 'execute' })
    const sent = proxy.requests.length
    const responses = cases.map(({ request }) => toFront(...request()))
    const changesSent = (): number =>
      proxy.requests.slice(sent).filter(({ method }) => method !== 'GET' && method !== 'HEAD').length
    await expect.poll(changesSent, { timeout: 20_000 }).toBe(cases.length)
    for (const { change, name, step } of cases)
      if (step === '_after')
        await expect.poll(() => isExecuted(change.kind, name), { message: name }).toBe(true)
    await front.end('SIGKILL')
    expect(await Promise.all(responses)).toEqual(cases.map(() => null))
    proxy.intercept(() => 'forward')
    front = await start()
    for (const { change, name, step, request } of cases) {
      expect(await isExecuted(change.kind, name), name).toBe(step === '_after')
      const again = await toFront(...request())
      if (step === '_after') expect(again?.status, name).toBe(change.repeated)
      else expect([200, 204], name).toContain(again?.status)
      expect(await isExecuted(change.kind, name), name).toBe(true)
    }
    await expectSameTables()
    // If the upstream executed the commit of a staged table but the server did not record it, the reservation of the
    // table remains until it expires.
    const staged = await place.sql.run<{ name: string }>(stagedNames)
    expect(staged.map(({ name }) => name)).toEqual(['staged_after'])
  })

  test('a change in an upstream warehouse is never reported as failed if it happened before the upstream was killed', async () => {
    for (const change of changes)
      for (const step of ['_cut', '_lost'] as const) {
        const name = change.kind + step
        const request = await change.prepare(toFront, name)
        interceptChanges({ _cut: 'cut', _lost: 'lose' })
        const response = await toFront(...request())
        proxy.intercept(() => 'forward')
        const happened = await isExecuted(change.kind, name)
        expect(happened, name).toBe(step === '_lost')
        // A 2xx response is possible after the server has found the change in the upstream.
        if (response !== null && response.status < 500)
          expect([response.status < 300, name]).toEqual([happened, name])
        if (!happened) expect([200, 204], name).toContain((await toFront(...request()))?.status)
      }
    await expectSameTables()
  })
})
