import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { type AuditRow } from '../../src/store/commit-record.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import { testStore, type TestStore } from '../store/database.ts'
import { type TestServer, testServer } from '../server.ts'
import { type Refusal, RefusalLog, type RefusalLogOptions } from '../../src/events/refusal-log.ts'

interface Kept {
  readonly principal: string
  readonly operation: string
  readonly object: string | null
  readonly reason: string | null
  readonly count: number
}

const kept = statement(
  'test_refusals_kept',
  `select principal, operation, object, reason, count from audit where refusal_key is not null order by id`,
)

describe('the refusal log', () => {
  let store: TestStore
  beforeAll(async () => {
    store = await testStore()
  })
  afterAll(() => store[Symbol.asyncDispose]())
  beforeEach(() => store.sql.run(statement('test_no_audit', 'delete from audit')))

  const alice = randomUUID()
  const refusal = (more: Partial<Refusal> = {}): Refusal => {
    const said = {
      principalId: alice,
      actorId: null,
      address: '192.0.2.1',
      operation: 'loadTable',
      object: 'lake:a.t',
      reason: 'forbidden',
      views: '',
      claimed: '',
      ...more,
    }
    const row = (): AuditRow => ({
      request_id: 'r',
      principal_id: said.principalId,
      principal: said.principalId === null ? 'unidentified' : 'alice',
      actors: [],
      operation: said.operation,
      securable_kind: null,
      securable_id: null,
      object: said.object,
      privilege: null,
      outcome: 'denied',
      reason: said.reason,
      user_agent: null,
      detail: null,
      query_id: null,
    })
    return { row, ...said }
  }
  const log = (options: Partial<RefusalLogOptions> = {}): RefusalLog =>
    new RefusalLog({ sql: store.sql, writeRow: () => undefined, ...options })
  const rows = (): Promise<Kept[]> => store.sql.run<Kept>(kept)

  test('the refusal log stores equal refusals of one minute as one database row with their count, also over several flushes', async () => {
    await using refusals = log({ now: () => 0 })
    for (let i = 0; i < 3; i += 1) refusals.record(refusal())
    await refusals.flush()
    refusals.record(refusal())
    refusals.record(refusal({ operation: 'dropTable' }))
    await refusals.flush()
    expect(await rows()).toMatchObject([
      { principal: 'alice', operation: 'loadTable', object: 'lake:a.t', reason: 'forbidden', count: 4 },
      { operation: 'dropTable', count: 1 },
    ])
  })

  test('refusals of tokens with different claims are stored in separate rows up to a limit for each client address, and keep their reasons', async () => {
    await using refusals = log({ now: () => 0, maxClaimedPerAddress: 3 })
    const claims = (address: string, number: number): Refusal => {
      const claimed = `[{"subject":"u-${number}"}]`
      const one = refusal({
        principalId: null,
        address,
        object: '',
        reason: 'unauthenticated: expired',
        claimed,
      })
      const detail = { address, claimed: JSON.parse(claimed) as unknown }
      return { ...one, row: () => ({ ...one.row(), detail }) }
    }
    for (let i = 0; i < 10; i += 1) refusals.record(claims('192.0.2.1', i))
    refusals.record(claims('192.0.2.1', 0))
    refusals.record(claims('192.0.2.2', 0))
    await refusals.flush()
    const stored = await store.sql.run<Kept & { detail: object }>(
      statement('test_claimed', 'select count, reason, detail from audit order by id'),
    )
    const reason = 'unauthenticated: expired'
    expect(stored.toSorted((a, b) => a.count - b.count)).toMatchObject([
      { count: 1, reason, detail: { claimed: [{}] } },
      { count: 1, reason, detail: { claimed: [{}] } },
      { count: 1, reason, detail: { claimed: [{}] } },
      { count: 2, reason, detail: { claimed: [{ subject: 'u-0' }] } },
      { count: 7, reason, detail: { address: '192.0.2.1' } },
    ])
    expect(stored.find(({ count }) => count === 7)?.detail).not.toHaveProperty('claimed')
  })

  test.each([
    ['principal', { principalId: randomUUID() }],
    ['actor', { actorId: randomUUID() }],
    ['object', { object: 'lake:a.u' }],
    ['reason', { reason: 'other' }],
    ['views', { views: 'mart.outer' }],
  ])('the refusal log stores refusals with a different %s in separate rows', async (_, more) => {
    await using refusals = log()
    refusals.record(refusal())
    refusals.record(refusal(more))
    await refusals.flush()
    expect((await rows()).map(({ count }) => count)).toEqual([1, 1])
  })

  test('the refusal log stores equal refusals of different minutes in separate rows', async () => {
    let now = 0
    await using refusals = log({ now: () => now })
    refusals.record(refusal())
    now = 60_000
    refusals.record(refusal())
    await refusals.flush()
    expect((await rows()).map(({ count }) => count)).toEqual([1, 1])
  })

  test('several replicas add their refusals to the count of the same row', async () => {
    await using one = log({ now: () => 0 })
    await using two = log({ now: () => 0 })
    for (const refusals of [one, two, two]) refusals.record(refusal())
    await Promise.all([one.flush(), two.flush()])
    expect((await rows()).map(({ count }) => count)).toEqual([3])
  })

  test('the refusal log stores at most 100 rows per minute for unidentified callers, and counts further refusals in one row', async () => {
    await using refusals = log({ now: () => 0 })
    for (let i = 0; i < 1_000; i += 1)
      refusals.record(refusal({ principalId: null, address: `192.0.2.${i}`, reason: `reason ${i}` }))
    refusals.record(refusal())
    await refusals.flush()
    const all = await rows()
    expect(all).toHaveLength(102)
    expect(all.filter(({ operation }) => operation === 'various')).toMatchObject([
      { principal: 'unidentified', object: null, count: 900 },
    ])
    expect(all.filter(({ principal }) => principal === 'alice')).toHaveLength(1)
  })

  test('the refusal log stores at most 100 rows per minute for each principal, and counts further refusals in one row', async () => {
    await using refusals = log({ now: () => 0 })
    for (let i = 0; i < 1_000; i += 1) refusals.record(refusal({ object: `lake:a.${i}` }))
    await refusals.flush()
    expect(await rows()).toHaveLength(101)
    expect((await rows()).filter(({ operation }) => operation === 'various')).toMatchObject([
      { principal: 'alice', count: 900 },
    ])
  })

  test('the refusal log queues refusals while the store is unavailable, and stores them later', async () => {
    let isAway = true
    const sql: Sql = {
      ...store.sql,
      run: (...args) =>
        isAway ? Promise.reject(new HeadgateError('unavailable', 'away')) : store.sql.run(...args),
    }
    await using refusals = log({ sql, now: () => 0 })
    refusals.record(refusal())
    await expect(refusals.flush()).rejects.toThrow('away')
    refusals.record(refusal())
    isAway = false
    await refusals.flush()
    expect((await rows()).map(({ count }) => count)).toEqual([2])
  })

  test('on disposal, the refusal log writes refusals that the store did not accept as log lines', async () => {
    const lines: AuditRow[] = []
    const sql = { run: () => Promise.reject(new HeadgateError('unavailable', 'away')) } as unknown as Sql
    {
      await using refusals = log({ sql, writeRow: (row) => lines.push(row) })
      refusals.record(refusal())
    }
    expect(lines).toMatchObject([{ operation: 'loadTable', principal: 'alice' }])
  })
})

describe('refusals over HTTP', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await testServer()
    await server.send('POST', 'namespaces', { namespace: ['a'] })
    await server.send('POST', 'namespaces/a/tables', { name: 't', schema })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const denied = async (query = ''): Promise<readonly Record<string, unknown>[]> => {
    const { json } = await server.send('GET', `/management/v1/audit?outcome=denied${query}`)
    return (json as { events: Record<string, unknown>[] }).events
  }

  test('the audit query with outcome=denied returns three refusals of a caller as events with counts', async () => {
    const caller = await server.caller('refused')
    for (let i = 0; i < 3; i += 1)
      expect((await caller.send('GET', 'namespaces/a/tables/t')).status).toBe(404)
    await expect
      .poll(async () =>
        (await denied('&operation=loadTable')).reduce((sum, { count }) => sum + Number(count), 0),
      )
      .toBe(3)
    const [event] = await denied('&operation=loadTable')
    expect(event).toMatchObject({ principal: 'refused', outcome: 'denied' })
  })

  test('many requests with invalid tokens create at most 101 rows per minute and do not delay the audit events of changes', async () => {
    const before = new Date().toISOString()
    const flood = Array.from({ length: 20 }, async (_, sender) => {
      for (let i = 0; i < 100; i += 1) {
        const headers = { authorization: `Bearer invalid-${sender}-${i}`, 'x-forwarded-for': `192.0.2.${i}` }
        expect((await fetch(`${server.url}/v1/lakehouse/namespaces`, { headers })).status).toBe(401)
      }
    })
    const changed = await server.send('POST', 'namespaces', { namespace: ['during'] })
    expect(changed.status).toBe(200)
    const { json } = await server.send('GET', '/management/v1/audit?operation=createNamespace')
    expect(JSON.stringify(json)).toContain('lakehouse:during')
    await Promise.all(flood)
    const counts = async (): Promise<number[]> =>
      (await denied(`&principal=unidentified&from=${before}&pageSize=1000`)).map(({ count }) => Number(count))
    await expect.poll(async () => (await counts()).reduce((a, b) => a + b, 0)).toBe(2_000)
    // The flood may continue into the next minute, which has its own limit of rows.
    expect((await counts()).length).toBeLessThanOrEqual(202)
  })
})
