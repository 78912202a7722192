import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type EarlyEnd } from '../../src/upstream/early-table.ts'
import { sweepEarly } from '../../src/upstream/sweep-early.ts'
import {
  append,
  commit,
  errorBody,
  readLocation,
  readMetadata,
  schema,
  setProperties,
  textAt,
  toCreation,
} from '../iceberg/tables.ts'
import type { TestCaller, TestResponse } from '../server.ts'
import { type AwsBetween, type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

const tables = 'namespaces/sales/tables'
const vended = { 'x-iceberg-access-delegation': 'vended-credentials' }
const endAll = statement(
  'test_early_end',
  `update staged_relation set ends_at = now() where early is not null`,
)
const state = statement('test_early_state', `select early from staged_relation where name = $1`)
const forgetCreation = statement(
  'test_early_forget',
  `update staged_relation set early = 'intended', metadata_location = null, uuid = id where name = $1`,
)

describe.each(['glue', 's3tables'] as const)('a staged table in front of %s', (kind) => {
  let fixture: UpstreamFixture
  let ann: TestCaller
  let eve: TestCaller
  let counter = 0
  const aws: AwsBetween = { kind, received: [] }
  const fresh = (): string => `t${(counter += 1)}`
  const stage = (caller: TestCaller, name: string, more = {}): Promise<TestResponse> =>
    caller.send('POST', tables, { name, schema, 'stage-create': true, ...more }, vended)
  const finish = (caller: TestCaller, name: string, staged: TestResponse): Promise<TestResponse> => {
    const { updates, requirements } = toCreation(staged)
    return commit(caller.send, `${tables}/${name}`, [...updates, ...append(7n, 1)], requirements)
  }
  const stateOf = async (name: string): Promise<string | null> => {
    const [row] = await fixture.front.sql.run<{ early: string }>(state, [name])
    return row?.early ?? null
  }
  const existsUpstream = async (name: string): Promise<boolean> =>
    (await fixture.upstream.send('HEAD', `${tables}/${name}`)).status === 204
  const sweep = async (): Promise<Record<string, EarlyEnd | Error>> => {
    const outcomes: Record<string, EarlyEnd | Error> = {}
    const { warehouses, upstreams } = fixture.front.context.deps
    const report = (
      table: { readonly name: string },
      _: string,
      outcome: EarlyEnd | Error,
    ): Promise<void> => {
      outcomes[table.name] = outcome
      return Promise.resolve()
    }
    await fixture.front.sql.run(endAll, [])
    await sweepEarly({ sql: fixture.front.sql, warehouses, upstreams, report }, AbortSignal.timeout(20_000))
    return outcomes
  }

  beforeAll(async () => {
    fixture = await upstreamFixture({}, null, {}, aws)
    const { front } = fixture
    expect(await front.send('POST', 'namespaces', { namespace: ['sales'] })).toMatchObject({ status: 200 })
    ann = await front.caller('ann')
    eve = await front.caller('eve')
    for (const to of [ann, eve])
      for (const privilege of ['select', 'modify', 'create'] as const)
        await front.grant({ privilege, on: { kind: 'warehouse', id: front.warehouseId }, to })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())
  beforeEach(() => fixture.proxy.intercept(() => 'forward'))

  test('a staged table is hidden from every list and load until its first commit', async () => {
    const name = fresh()
    const staged = await stage(ann, name)
    expect(staged.status).toBe(200)
    expect(staged.json).not.toHaveProperty('metadata-location')
    expect(await existsUpstream(name)).toBe(true)
    for (const caller of [ann, eve, fixture.front]) {
      expect((await caller.send('GET', `${tables}/${name}`)).status).toBe(404)
      expect((await caller.send('HEAD', `${tables}/${name}`)).status).toBe(404)
      expect(JSON.stringify((await caller.send('GET', tables)).json)).not.toContain(`"${name}"`)
      const change = [setProperties({ by: 'another' })]
      expect((await commit(caller.send, `${tables}/${name}`, change)).status).toBe(404)
    }
    expect((await fixture.front.send('DELETE', `${tables}/${name}`)).status).toBe(404)
    expect((await finish(ann, name, staged)).status).toBe(200)
    const loaded = readMetadata(await eve.send('GET', `${tables}/${name}`))
    expect(loaded).toMatchObject({ 'current-snapshot-id': 7, properties: { origin: 'staged' } })
    expect(JSON.stringify(loaded['properties'])).not.toContain('headgate.staged')
    expect(loaded['schemas']).toHaveLength(1)
    expect(JSON.stringify((await eve.send('GET', tables)).json)).toContain(`"${name}"`)
    expect(await stateOf(name)).toBe(null)
  })

  test('the principal that staged a table owns it, also after a transaction of one change', async () => {
    const name = fresh()
    const { requirements, updates } = toCreation(await stage(ann, name))
    const identifier = { namespace: ['sales'], name }
    const body = { 'table-changes': [{ identifier, requirements, updates }] }
    expect((await ann.send('POST', 'transactions/commit', body)).status).toBe(204)
    expect((await eve.send('DELETE', `${tables}/${name}`)).status).toBe(403)
    expect((await ann.send('DELETE', `${tables}/${name}`)).status).toBe(204)
    expect(await existsUpstream(name)).toBe(false)
  })

  test('the credentials of a staged table are renewed before and after its first commit', async () => {
    const name = fresh()
    const staged = await stage(ann, name)
    const endpoint = textAt(staged.json, 'config', 'client.refresh-credentials-endpoint')
    const path = `${tables}/${name}/credentials${new URL(endpoint, 'http://x').search}`
    expect((await ann.send('GET', path)).status).toBe(200)
    expect((await eve.send('GET', path)).status).toBe(404)
    expect((await finish(ann, name, staged)).status).toBe(200)
    expect((await ann.send('GET', path)).status).toBe(200)
  })

  test('a repeated stage-create of the same principal returns the same table, and another principal receives 409', async () => {
    const name = fresh()
    const first = await stage(ann, name)
    const second = await stage(ann, name)
    expect(readMetadata(second)['table-uuid']).toBe(readMetadata(first)['table-uuid'])
    expect(await stage(eve, name)).toMatchObject(
      errorBody(409, 'AlreadyExistsException', expect.stringContaining('is being created')),
    )
    expect((await eve.send('POST', tables, { name, schema })).status).toBe(409)
    expect((await finish(eve, name, first)).status).toBe(409)
    expect((await finish(ann, name, second)).status).toBe(200)
    expect((await stage(ann, name)).status).toBe(409)
  })

  test('a stage-create with another schema replaces the earlier attempt only where a drop deletes no files', async () => {
    const name = fresh()
    const first = await stage(ann, name)
    const second = await stage(ann, name, { properties: { attempt: '2' } })
    expect(second.status).toBe(kind === 'glue' ? 200 : 409)
    if (kind === 'glue') {
      expect(readMetadata(second)['table-uuid']).not.toBe(readMetadata(first)['table-uuid'])
      expect((await finish(ann, name, first)).status).toBe(409)
      expect((await finish(ann, name, second)).status).toBe(200)
    }
  })

  test('the location of a staged table is chosen by this server for Glue, and by S3 Tables itself', async () => {
    // Iceberg's Java client sends null for members that it does not set.
    const staged = await stage(ann, fresh(), { location: null, 'partition-spec': null, 'write-order': null })
    expect(staged.status).toBe(200)
    expect(readLocation(staged)).toMatch(/^s3:\/\/lakehouse\/.*[0-9a-f-]{36}/)
    const chosen = await fixture.front.send('POST', tables, {
      name: fresh(),
      schema,
      location: 's3://lakehouse/x1',
    })
    expect(chosen.status).toBe(kind === 'glue' ? 200 : 400)
    const upper = await ann.send('POST', tables, { name: 'Upper', schema })
    expect(upper).toMatchObject(errorBody(400, 'BadRequestException', expect.stringContaining('use upper')))
  })

  test('the cleanup job drops an abandoned staged table, except where a drop deletes files', async () => {
    const name = fresh()
    await stage(ann, name)
    expect((await sweep())[name]).toBe(kind === 'glue' ? 'dropped' : 'not droppable')
    expect(await existsUpstream(name)).toBe(kind !== 'glue')
    expect(await stateOf(name)).toBe(null)
    // The remaining table belongs to its creator, who can drop it.
    expect((await ann.send('DELETE', `${tables}/${name}`)).status).toBe(kind === 'glue' ? 403 : 204)
  })

  test('the cleanup job keeps a staged table that another client of the upstream changed', async () => {
    const name = fresh()
    await stage(ann, name)
    expect((await commit(fixture.upstream.send, `${tables}/${name}`, append(9n, 1))).status).toBe(200)
    expect((await sweep())[name]).toBe('changed')
    expect((await ann.send('GET', `${tables}/${name}`)).status).toBe(200)
  })

  test('the cleanup job keeps a table that replaced the abandoned staged table', async () => {
    const name = fresh()
    await stage(ann, name)
    await fixture.upstream.send('DELETE', `${tables}/${name}`)
    await fixture.upstream.send('POST', tables, { name, schema })
    expect((await sweep())[name]).toBe('replaced')
    expect(await existsUpstream(name)).toBe(true)
    await stage(ann, fresh())
  })

  test('if the server stops after it created a table in the upstream and before it recorded the creation, the cleanup job still finds the table', async () => {
    const name = fresh()
    await stage(ann, name)
    await fixture.front.sql.run(forgetCreation, [name])
    expect((await sweep())[name]).toBe(kind === 'glue' ? 'dropped' : 'not droppable')
  })

  test('if the server stops before it creates a staged table in the upstream, the cleanup job or a repeated request ends the attempt', async () => {
    const [name, other] = [fresh(), fresh()]
    fixture.proxy.intercept(({ method }) => (method === 'POST' ? { status: 500, body: '' } : 'forward'))
    for (const each of [name, other]) {
      expect((await stage(ann, each)).status).toBe(500)
      expect(await stateOf(each)).toBe('intended')
    }
    fixture.proxy.intercept(() => 'forward')
    const again = await stage(ann, other)
    expect(again.status).toBe(200)
    expect((await finish(ann, other, again)).status).toBe(200)
    expect((await sweep())[name]).toBe('absent')
  })

  test('when the response to the creation of a staged table is lost, the server finds the table in the upstream', async () => {
    const name = fresh()
    fixture.proxy.intercept(({ method, path }) =>
      method === 'POST' && path.endsWith('/tables') ? 'lose' : 'forward',
    )
    const staged = await stage(ann, name)
    expect(staged.status).toBe(200)
    expect((await finish(ann, name, staged)).status).toBe(200)
  })

  test('when the response to the first commit of a staged table is lost, the server finds the commit in the upstream', async () => {
    const name = fresh()
    const staged = await stage(ann, name)
    fixture.proxy.intercept(({ method, path }) =>
      method === 'POST' && path.endsWith(`/${name}`) ? 'lose' : 'forward',
    )
    expect((await finish(ann, name, staged)).status).toBe(200)
    expect((await ann.send('GET', `${tables}/${name}`)).status).toBe(200)
  })

  test('a staged table whose first commit was executed is visible although its response was never received', async () => {
    const name = fresh()
    const staged = await stage(ann, name)
    let isLost = false
    fixture.proxy.intercept(({ method, path }) => {
      if (isLost) return { status: 503, body: '' }
      isLost = method === 'POST' && path.endsWith(`/${name}`)
      return isLost ? 'lose' : 'forward'
    })
    expect((await finish(ann, name, staged)).json).toMatchObject({
      error: { type: 'CommitStateUnknownException' },
    })
    expect(await stateOf(name)).toBe('committing')
    fixture.proxy.intercept(() => 'forward')
    expect((await eve.send('GET', `${tables}/${name}`)).status).toBe(200)
    expect(await stateOf(name)).toBe(null)
  })

  test('the simulated AWS service has verified a signature of each request', () => {
    expect(aws.received.length).toBeGreaterThan(50)
    expect(aws.received.every(({ headers }) => headers.authorization?.startsWith('AWS4-HMAC-SHA256'))).toBe(
      true,
    )
  })
})
