import { type AwsIcebergKind, awsNames, startAwsDouble } from '@headgate/testkit'
import { type Json, stringify } from '@headgate/json'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { append, schema, toCreation } from '../iceberg/tables.ts'
import { type Interception, type RecordedRequest, recordingProxy } from '../upstream/recording-proxy.ts'
import { sigv4Properties, sigv4Verifier } from '../upstream/verify-sigv4.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { send, type TimedResponse } from './send.ts'

const tables = 'namespaces/sales/tables'
const storageOf = statement(
  'test_early_kill_storage',
  `select storage from warehouse where name = 'lakehouse'`,
)
const makeUpstream = statement(
  'test_early_kill_upstream',
  `update warehouse set kind = 'upstream', upstream = $1::jsonb, storage = $2::jsonb, version = version + 1 where name = 'lakehouse'`,
)
const states = statement(
  'test_early_kill_states',
  `select name, early from staged_relation where early is not null`,
)
const endAll = statement(
  'test_early_kill_end',
  `update staged_relation set ends_at = now() where early is not null`,
)

type State = 'intended' | 'created' | 'committing' | 'ending' | null

/** Step of a staged table at which a process is killed. */
interface Step {
  readonly name: string
  /** Request to the upstream that is in progress at this step. */
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly of: 'list' | 'table'
  /** Whether the upstream has executed the request. */
  readonly executed: boolean
  /** Request of the client that leads to the step. */
  readonly action: 'stage' | 'finish' | 'replace'
  /** State of the row after the server was killed. */
  readonly state: State
}

const steps: readonly Step[] = [
  { name: 'create_held', method: 'POST', of: 'list', executed: false, action: 'stage', state: 'intended' },
  { name: 'create_done', method: 'POST', of: 'list', executed: true, action: 'stage', state: 'intended' },
  { name: 'read_held', method: 'GET', of: 'table', executed: false, action: 'finish', state: 'created' },
  {
    name: 'commit_held',
    method: 'POST',
    of: 'table',
    executed: false,
    action: 'finish',
    state: 'committing',
  },
  { name: 'commit_done', method: 'POST', of: 'table', executed: true, action: 'finish', state: 'committing' },
  { name: 'end_held', method: 'GET', of: 'table', executed: false, action: 'replace', state: 'ending' },
  { name: 'drop_held', method: 'DELETE', of: 'table', executed: false, action: 'replace', state: 'ending' },
  { name: 'drop_done', method: 'DELETE', of: 'table', executed: true, action: 'replace', state: 'ending' },
]

// The tests start many processes one after another, which takes long on a machine with other load.
describe.each(['glue', 's3tables'] as const)('early staging in front of %s', { timeout: 240_000 }, (kind) => {
  const own = steps.filter(({ method }) => kind === 'glue' || method !== 'DELETE')
  let place: FaultPlace
  let behind: FaultPlace
  let front: MainProcess
  let upstream: MainProcess
  let proxy: Awaited<ReturnType<typeof recordingProxy>>
  const stack = new AsyncDisposableStack()
  const startFront = (): Promise<MainProcess> =>
    MainProcess.start(place.environment({ HEADGATE_PRIVATE_ENDPOINTS: '127.0.0.1' }))
  const toFront = (method: string, path: string, body?: Json): Promise<TimedResponse | null> =>
    send(front.url, method, path, body)
  const toUpstream = (method: string, path: string): Promise<TimedResponse | null> =>
    send(upstream.url, method, path)

  beforeAll(async () => {
    place = stack.use(await faultPlace())
    behind = stack.use(await faultPlace())
    upstream = await MainProcess.start(behind.environment())
    proxy = stack.use(await recordingProxy(() => upstream.url))
    const double = stack.use(await startDouble(kind, proxy.url))
    const [row] = await behind.sql.run<{ storage: object }>(storageOf)
    const profile = {
      uri: double.url,
      warehouse: awsNames[kind].warehouse,
      auth: sigv4Properties(kind),
      dialect: kind,
    }
    await place.sql.run(makeUpstream, [JSON.stringify(profile), JSON.stringify(row?.storage)])
    front = await startFront()
    expect((await toFront('POST', 'namespaces', { namespace: ['sales'] }))?.status).toBe(200)
  })
  afterAll(async () => {
    await front[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
    await stack.disposeAsync()
  })
  beforeEach(() => proxy.intercept(() => 'forward'))

  const stage = (name: string, attempt = '1'): Promise<TimedResponse | null> =>
    toFront('POST', tables, { name, schema, properties: { attempt }, 'stage-create': true })
  const finish = (name: string, staged: TimedResponse): Promise<TimedResponse | null> => {
    const { updates, requirements } = toCreation(staged)
    return toFront('POST', `${tables}/${name}`, { updates: [...updates, ...append(7n, 1)], requirements })
  }
  const required = async (response: Promise<TimedResponse | null>): Promise<TimedResponse> => {
    const found = await response
    if (found?.status !== 200) throw new Error(`expected 200, got ${stringify(found?.json ?? null)}`)
    return found
  }
  /** Brings a table to the request of a step. Returns a function that sends it. */
  const prepare = async ({ action }: Step, name: string): Promise<() => Promise<TimedResponse | null>> => {
    if (action === 'stage') return () => stage(name)
    const staged = await required(stage(name))
    return action === 'finish' ? () => finish(name, staged) : () => stage(name, '2')
  }
  const isRequestOf = ({ method, of }: Step, name: string, request: RecordedRequest): boolean => {
    const [path = ''] = request.path.split('?')
    if (request.method !== method) return false
    return of === 'list'
      ? path.endsWith('/tables') && request.body.includes(`"${name}"`)
      : path.endsWith(`/tables/${name}`)
  }
  /** States of the rows of tables, by name. */
  const stagedStates = async (): Promise<Record<string, State>> => {
    const rows = await place.sql.run<{ name: string; early: State }>(states)
    return Object.fromEntries(rows.map(({ name, early }) => [name, early]))
  }
  const namesOf = (response: TimedResponse | null): string[] =>
    ((response?.json as { identifiers?: { name: string }[] } | null)?.identifiers ?? []).map(
      ({ name }) => name,
    )
  const hasData = async (name: string): Promise<boolean> => {
    const loaded = await toUpstream('GET', `${tables}/${name}`)
    return loaded?.status === 200 && stringify(loaded.json).includes('"current-snapshot-id":7')
  }
  /** Ends the time of all staged tables, restarts the server, whose sweep begins at once, and waits for the sweep. */
  const sweep = async (): Promise<void> => {
    await place.sql.run(endAll)
    await front.end('SIGKILL')
    front = await startFront()
    await expect.poll(stagedStates, { timeout: 30_000 }).toEqual({})
  }
  /** Checks that the server and the upstream have the same tables, and that the server loads each of them. */
  const expectSameTables = async (): Promise<string[]> => {
    const [seen, real] = await Promise.all([toFront('GET', tables), toUpstream('GET', tables)])
    expect(namesOf(seen)).toEqual(namesOf(real))
    for (const name of namesOf(real))
      expect((await toFront('GET', `${tables}/${name}`))?.status, name).toBe(200)
    return namesOf(real)
  }

  test('after the server was killed at a step, the same client completes its table, or the cleanup job leaves no table', async () => {
    const cases = await Promise.all(
      own.flatMap((step) =>
        (['repeat', 'leave'] as const).map(async (client) => {
          const name = `${step.name}_${client}`
          return { step, client, name, request: await prepare(step, name) }
        }),
      ),
    )
    const reached = new Set<string>()
    proxy.intercept((request): Interception => {
      const found = cases.find(({ step, name }) => isRequestOf(step, name, request))
      if (found === undefined) return 'forward'
      reached.add(found.name)
      return found.step.executed ? 'execute' : 'hold'
    })
    const responses = cases.map(({ request }) => request())
    await expect.poll(() => reached.size, { timeout: 20_000 }).toBe(cases.length)
    // The upstream executes these requests after the proxy has received them.
    for (const { step, name } of cases.filter(({ step: { executed } }) => executed)) {
      const status = async (): Promise<number | undefined> =>
        (await toUpstream('HEAD', `${tables}/${name}`))?.status
      await expect.poll(status, { message: name }).toBe(step.method === 'DELETE' ? 404 : 204)
      if (step.action === 'finish') await expect.poll(() => hasData(name), { message: name }).toBe(true)
    }
    await front.end('SIGKILL')
    expect(await Promise.all(responses)).toEqual(cases.map(() => null))
    proxy.intercept(() => 'forward')
    expect(await stagedStates()).toEqual(
      Object.fromEntries(cases.map(({ name, step }) => [name, step.state])),
    )
    front = await startFront()

    const completed: string[] = []
    for (const { step, client, name, request } of cases) {
      const isCommitted = step.name === 'commit_done'
      expect((await toFront('GET', `${tables}/${name}`))?.status, name).toBe(isCommitted ? 200 : 404)
      if (isCommitted) completed.push(name)
      if (client === 'leave') continue
      const again = await request()
      // The name is not free while the committed table exists or while its drop is in progress.
      if (isCommitted || step.state === 'ending') expect(again?.status, name).toBe(409)
      else {
        expect(again?.status, name).toBe(200)
        if (step.action === 'stage' && again !== null) await required(finish(name, again))
        completed.push(name)
      }
    }
    for (const name of completed) expect(await hasData(name), name).toBe(true)
    await sweep()
    const names = await expectSameTables()
    // A drop in S3 Tables deletes files, so the job keeps the empty tables there, and reports them.
    const empty = names.filter((name) => !completed.includes(name))
    if (kind === 'glue') expect(empty).toEqual([])
    expect(names).toEqual(expect.arrayContaining(completed))
    for (const name of empty) expect(await hasData(name), name).toBe(false)
  })

  test('a table is neither lost nor left over when the server is killed while the cleanup job ends it', async () => {
    if (kind === 's3tables') return
    for (const executed of [false, true]) {
      const name = `sweep_${executed ? 'done' : 'held'}`
      await required(stage(name))
      let isReached = false
      proxy.intercept(({ method, path }) => {
        if (method !== 'DELETE' || !path.includes(`/${name}`)) return 'forward'
        isReached = true
        return executed ? 'execute' : 'hold'
      })
      await place.sql.run(endAll)
      await front.end('SIGKILL')
      front = await startFront()
      await expect.poll(() => isReached, { timeout: 20_000 }).toBe(true)
      const status = async (): Promise<number | undefined> =>
        (await toUpstream('HEAD', `${tables}/${name}`))?.status
      await expect.poll(status).toBe(executed ? 404 : 204)
      await front.end('SIGKILL')
      expect(await stagedStates()).toEqual({ [name]: 'ending' })
      proxy.intercept(() => 'forward')
      front = await startFront()
      await sweep()
      expect(await status()).toBe(404)
    }
    await expectSameTables()
  })

  test('when the upstream is killed at a step, the server reports no change as failed that happened, and leaves no table', async () => {
    const expected: string[] = []
    for (const step of own.filter(({ state }) => state !== 'ending' || kind === 'glue')) {
      const name = `upstream_${step.name}`
      const request = await prepare(step, name)
      let isKilled = false
      proxy.intercept(async (received): Promise<Interception> => {
        if (isKilled || !isRequestOf(step, name, received)) return 'forward'
        isKilled = true
        if (step.executed) await execute(upstream.url, received)
        await upstream.end('SIGKILL')
        return 'cut'
      })
      const response = await request()
      expect(isKilled, name).toBe(true)
      // The server tells the client that the outcome is unknown, or that nothing was changed.
      expect(response?.status, name).toBeGreaterThanOrEqual(500)
      if (step.executed && step.action === 'finish')
        expect(stringify(response?.json ?? null)).toContain('CommitStateUnknownException')
      upstream = await MainProcess.start(behind.environment())
      proxy.intercept(() => 'forward')
      if (step.action === 'finish') {
        const isCommitted = await hasData(name)
        expect(isCommitted, name).toBe(step.executed)
        // The server sends no request for some seconds after several lost connections.
        const again = (): Promise<number | undefined> => request().then((found) => found?.status)
        await expect.poll(again, { timeout: 20_000, message: name }).toBe(isCommitted ? 409 : 200)
        expect((await toFront('GET', `${tables}/${name}`))?.status, name).toBe(200)
        expected.push(name)
      }
    }
    for (const name of expected) expect(await hasData(name), name).toBe(true)
    await sweep()
    const names = await expectSameTables()
    const left = names.filter((name) => name.startsWith('upstream_') && !expected.includes(name))
    if (kind === 'glue') expect(left).toEqual([])
    expect(names).toEqual(expect.arrayContaining(expected))
  })
})

/** Sends a request of the proxy to the upstream, and ignores the response. */
async function execute(url: string, { method, path, body }: RecordedRequest): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === '' ? {} : { body }) })
  expect(response.ok, `${method} ${path}`).toBe(true)
  await response.arrayBuffer()
}

async function startDouble(kind: AwsIcebergKind, target: string): Promise<{ url: string } & AsyncDisposable> {
  return await startAwsDouble({ kind, target, targetPrefix: 'lakehouse', verify: sigv4Verifier(kind) })
}
