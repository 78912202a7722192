import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { decide, serverChain } from '../../src/access/decide.ts'
import { disabled } from '../../src/access/compile-policy.ts'
import { enforce } from '../../src/access/refuse.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { type AuditQuery, insertAudit, pruneAudit, queryAudit } from '../../src/store/audit.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import { testStore, type TestStore } from '../store/database.ts'
import type { AuditDraft } from '../../src/events/audit-event.ts'
import { type AuditEntry, AuditLog } from '../../src/events/audit-log.ts'
import { auditRow } from '../../src/events/audit-row.ts'
import { redact } from '../../src/events/redact.ts'

let store: TestStore
let sql: Sql
beforeAll(async () => {
  store = await testStore()
  sql = store.sql
})
afterAll(() => store[Symbol.asyncDispose]())
beforeEach(() => sql.run(statement('test-no-audit', 'delete from audit')))

const everything: AuditQuery = {
  from: null,
  until: null,
  principal: null,
  principalId: null,
  engine: null,
  operation: null,
  outcome: null,
  securableId: null,
  objectPrefix: null,
  queryId: null,
  requestId: null,
  order: 'newest',
  after: null,
  limit: 1000,
}
const principal = { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' }
const alice = { id: randomUUID(), issuer: 'https://idp.example', subject: 'a1', name: 'Alice' }
const identity: ProvenIdentity = {
  principal: alice,
  actors: [principal],
  method: 'session-token',
  expiresAt: null,
}

function entry(draft: AuditDraft, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    draft,
    identity,
    requestId: 'r-1',
    status: 200,
    milliseconds: 1.23456,
    failure: null,
    userAgent: 'Trino/483',
    ...more,
  }
}

describe('an event', () => {
  test('an audit event names the user, the engine that acted for the user, the object, the decision and the outcome', async () => {
    const draft: AuditDraft = {
      operation: 'loadTable',
      securable: { kind: 'relation', id: randomUUID() },
      object: 'lake:a.b',
      privilege: 'select',
      detail: { snapshots: 'refs' },
    }
    await insertAudit(sql, [
      auditRow(draft, { requestId: 'r-1', identity, userAgent: 'Trino/483' }, 'allowed'),
    ])
    expect(await queryAudit(sql, everything)).toMatchObject([
      {
        request_id: 'r-1',
        principal_id: alice.id,
        principal: 'https://idp.example#a1',
        actors: ['etl'],
        operation: 'loadTable',
        securable_kind: 'relation',
        object: 'lake:a.b',
        privilege: 'select',
        outcome: 'allowed',
        user_agent: 'Trino/483',
        detail: { snapshots: 'refs' },
      },
    ])
  })

  test('an audit event can contain any text that a client sends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        async (object, agent) => {
          const draft = {
            operation: 'x',
            object: `\u0000${object}`,
            detail: { [agent]: object },
            reason: agent,
          }
          await insertAudit(sql, [
            auditRow(draft, { requestId: object, identity: null, userAgent: `${agent}\ud800` }, 'denied'),
          ])
        },
      ),
      { numRuns: 50 },
    )
  })

  test('an audit event contains no secrets: the server removes them by field name and by form', () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'
    const detail = {
      client_secret: 'canary',
      nested: [
        { 's3.secret-access-key': 'canary', Authorization: 'Bearer canary', sessionToken: { a: 'canary' } },
      ],
      note: `use ${token}, please`,
      capsule: `${token}.part4.part5`,
      count: 3n,
      harmless: 'kept',
    }
    const written = JSON.stringify(
      auditRow(
        { operation: 'x', detail, object: token, reason: token },
        { requestId: token, identity: null, userAgent: token },
        'allowed',
      ),
    )
    expect(written).not.toMatch(/canary|eyJ|c2lnbmF0dXJl|part5/)
    expect(written).toContain('kept')
  })

  test('the size of an audit event is limited for any content', () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 100; level += 1) deep = { deep }
    expect(JSON.stringify(redact(deep)).length).toBeLessThan(200)
    expect(String(redact('x'.repeat(10_000))).length).toBeLessThan(3_000)
  })
})

describe('the log', () => {
  test('the audit log records no event when its mode is off', () => {
    const write = vi.fn()
    new AuditLog({ mode: 'off', write }).record(entry({ operation: 'x' }))
    expect(write).not.toHaveBeenCalled()
  })

  test('the audit log writes one line of JSON for each event', () => {
    const lines: string[] = []
    new AuditLog({ mode: 'log', write: (line) => lines.push(line) }).record(
      entry({ operation: 'loadTable', object: 'a\nb' }),
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      audit: true,
      operation: 'loadTable',
      object: 'a\nb',
      outcome: 'allowed',
      milliseconds: 1.235,
    })
  })

  test('the audit log contains the reason of a refusal, also when the response hides the reason', () => {
    const lines: string[] = []
    const log = new AuditLog({ mode: 'log', write: (line) => lines.push(line) })
    const refused = new HeadgateError('unauthenticated', 'not valid', {
      cause: new Error('access token refused: wrong audience'),
    })
    log.record(entry({ operation: 'x' }, { status: 401, failure: refused, identity: null }))
    log.record(
      entry({ operation: 'x' }, { status: 404, failure: new HeadgateError('no-such-table', 'gone') }),
    )
    log.record(entry({ operation: 'x' }, { status: 404, failure: hiddenTable() }))
    log.record(
      entry(
        { operation: 'x' },
        { status: 500, failure: new HeadgateError('internal', 'x', { cause: new Error('password=canary') }) },
      ),
    )
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        principal: 'unidentified',
        outcome: 'denied',
        reason: 'unauthenticated: access token refused: wrong audience',
      },
      { outcome: 'failed', reason: 'no-such-table' },
      { outcome: 'denied', reason: expect.stringContaining('the caller may not see it') as string },
      { outcome: 'failed', reason: 'internal' },
    ])
    expect(lines.join('')).not.toContain('canary')
  })
})

describe('the store', () => {
  test('the audit log writes events to the store in batches, and the last ones on disposal', async () => {
    let statements = 0
    const counting: Sql = { ...plain(sql), run: (...args) => ((statements += 1), sql.run(...args)) }
    const log = new AuditLog({
      mode: 'store',
      write: () => undefined,
      sql: counting,
      batchSize: 100,
      flushAfterMs: 60_000,
    })
    for (let index = 0; index < 250; index += 1) log.record(entry({ operation: `op-${index}` }))
    await log[Symbol.asyncDispose]()
    const events = await queryAudit(sql, everything)
    expect(events).toHaveLength(250)
    expect(new Set(events.map((event) => event.operation)).size).toBe(250)
    expect(statements).toBe(3)
  })

  test('the audit log soon writes a single event to the store', async () => {
    await using log = new AuditLog({ mode: 'store', write: () => undefined, sql, flushAfterMs: 10 })
    log.record(entry({ operation: 'x' }))
    await expect.poll(() => queryAudit(sql, everything)).toHaveLength(1)
  })

  test('the audit log queues events while the store is unavailable and loses none: events above the limit of the queue become log lines', async () => {
    const lines: string[] = []
    let away = true
    const flaky: Sql = {
      ...plain(sql),
      run: (...args) => (away ? Promise.reject(new HeadgateError('unavailable', 'away')) : sql.run(...args)),
    }
    const log = new AuditLog({
      mode: 'store',
      write: (line) => lines.push(line),
      sql: flaky,
      maxWaiting: 10,
      flushAfterMs: 1,
    })
    for (let index = 0; index < 15; index += 1) log.record(entry({ operation: `op-${index}` }))
    await expect(log.flush()).rejects.toMatchObject({ code: 'unavailable' })
    away = false
    await log[Symbol.asyncDispose]()
    expect(await queryAudit(sql, everything)).toHaveLength(10)
    expect(lines).toHaveLength(5)
  })

  test('the audit log does not delay the shutdown when the store does not respond: it writes queued events as log lines', async () => {
    const lines: string[] = []
    const hanging: Sql = { ...plain(sql), run: () => Promise.withResolvers<never>().promise }
    const log = new AuditLog({
      mode: 'store',
      write: (line) => lines.push(line),
      sql: hanging,
      flushAfterMs: 1,
    })
    for (let index = 0; index < 5; index += 1) log.record(entry({ operation: `op-${index}` }))
    await sleep(50)
    const startedAt = performance.now()
    await log[Symbol.asyncDispose]()
    expect(performance.now() - startedAt).toBeLessThan(6_000)
    expect(lines).toHaveLength(5)
  })

  test('the audit log writes queued events when the store is available again, without a further event', async () => {
    let away = true
    const flaky: Sql = {
      ...plain(sql),
      run: (...args) => (away ? Promise.reject(new HeadgateError('unavailable', 'away')) : sql.run(...args)),
    }
    await using log = new AuditLog({ mode: 'store', write: () => undefined, sql: flaky, flushAfterMs: 5 })
    log.record(entry({ operation: 'x' }))
    await expect(log.flush()).rejects.toMatchObject({ code: 'unavailable' })
    log.record(entry({ operation: 'y' }))
    await new Promise((resolve) => setTimeout(resolve, 30))
    away = false
    await expect.poll(() => queryAudit(sql, everything)).toHaveLength(2)
  })

  test('the audit log writes events that the store refuses as log lines', async () => {
    const lines: string[] = []
    const refusing: Sql = { ...plain(sql), run: () => Promise.reject(new Error('value too long')) }
    await using log = new AuditLog({ mode: 'store', write: (line) => lines.push(line), sql: refusing })
    log.record(entry({ operation: 'x' }))
    await log.flush()
    expect(lines).toHaveLength(1)
  })

  test('queryAudit finds events by time, principal and operation, newest first, in pages; pruneAudit deletes old events', async () => {
    const rows = ['a', 'b', 'a'].map((operation) =>
      auditRow({ operation }, { requestId: 'r', identity }, 'allowed'),
    )
    await insertAudit(sql, rows)
    await sql.run(
      statement('test-age-audit', `update audit set at = '2026-01-01T00:00:00Z' where operation = 'b'`),
    )
    const found = async (more: object): Promise<string[]> =>
      (await queryAudit(sql, { ...everything, ...more })).map((row) => row.operation)
    const old = Date.parse('2026-01-01T00:00:00Z')
    expect(await found({})).toEqual(['a', 'b', 'a'])
    expect(await found({ operation: 'a' })).toEqual(['a', 'a'])
    expect(await found({ principal: 'etl' })).toEqual([])
    expect(await found({ principal: 'https://idp.example#a1', limit: 2 })).toEqual(['a', 'b'])
    expect(await found({ from: old, until: old + 1 })).toEqual(['b'])
    expect(await found({ until: old })).toEqual([])
    const [newest] = await queryAudit(sql, everything)
    expect(await found({ after: String(newest?.id) })).toEqual(['b', 'a'])
    expect(await pruneAudit(sql, 3600, 10)).toBe(1)
    expect(await found({})).toEqual(['a', 'a'])
  })
})

describe('an event is found by', () => {
  const relation = randomUUID()

  beforeEach(async () => {
    const known = { requestId: 'r-1', identity }
    await insertAudit(sql, [
      auditRow({ operation: 'a', object: 'lake:sales.orders', queryId: 'q-1' }, known, 'allowed'),
      auditRow(
        { operation: 'b', object: 'lake:sales.renamed', securable: { kind: 'relation', id: relation } },
        { requestId: 'r-2', identity: { ...identity, queryId: 'q-2' } },
        'denied',
      ),
      auditRow(
        { operation: 'c', object: 'lake:%', queryId: 'told' },
        { requestId: 'r-3', identity: { ...identity, principal, actors: [] } },
        'failed',
      ),
    ])
  })

  test.each<[string, Partial<AuditQuery>, string]>([
    ['its outcome', { outcome: 'denied' }, 'b'],
    ['the id of the principal', { principalId: alice.id }, 'ba'],
    ['the engine, for others and for itself', { engine: 'etl' }, 'cba'],
    ['the id of its object, under all its names', { securableId: relation }, 'b'],
    ['a prefix of the name of its object', { objectPrefix: 'lake:sales.' }, 'ba'],
    ['a prefix with a percent sign, which is not a pattern', { objectPrefix: 'lake:%' }, 'c'],
    ["the engine's query id", { queryId: 'q-2' }, 'b'],
    ['a query id that only the request says', { queryId: 'q-1' }, 'a'],
    ['its request', { requestId: 'r-3' }, 'c'],
    ['several of these', { engine: 'etl', outcome: 'allowed' }, 'a'],
    ['nothing, the oldest first', { order: 'oldest' }, 'abc'],
  ])('queryAudit finds events by %s', async (_, filter, expected) => {
    const found = await queryAudit(sql, { ...everything, ...filter })
    expect(found.map(({ operation }) => operation).join('')).toBe(expected)
  })

  test('queryAudit finds the events after a position in the order', async () => {
    const [first] = await queryAudit(sql, { ...everything, order: 'oldest', limit: 1 })
    const rest = await queryAudit(sql, { ...everything, order: 'oldest', after: String(first?.id) })
    expect(rest.map(({ operation }) => operation)).toEqual(['b', 'c'])
  })
})

function plain(inner: Sql): Sql {
  return {
    run: (...args) => inner.run(...args),
    afterCommit: (callback) => callback(),
    transaction: (...args) => inner.transaction(...args),
    listen: (...args) => inner.listen(...args),
    readRow: (...args) => inner.readRow(...args),
    readCached: (...args) => inner.readCached(...args),
    ping: (signal) => inner.ping(signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function hiddenTable(): HeadgateError {
  try {
    enforce(decide(disabled('x', 1), serverChain, 'use'), { kind: 'relation', name: 'a.b' })
  } catch (error) {
    return error as HeadgateError
  }
  throw new Error('it was not hidden')
}
