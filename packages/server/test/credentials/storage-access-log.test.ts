import { randomUUID } from 'node:crypto'
import { FaultProxy } from '@headgate/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listHeldAccess } from '../../src/credentials/list-storage-access.ts'
import { StorageAccessLog } from '../../src/credentials/storage-access-log.ts'
import type { StorageCredential } from '../../src/credentials/storage-credential.ts'
import type { StorageGrant } from '../../src/credentials/storage-grant.ts'
import { openSql } from '../../src/store/pool.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import { findCoverage } from '../../src/store/storage-access-writers.ts'
import { testStore, type TestStore } from '../store/database.ts'

const hour = 3_600_000
const everything = { principalId: null, engineId: null, warehouseId: null, relationId: null }

let store: TestStore
beforeAll(async () => {
  store = await testStore()
})
afterAll(() => store[Symbol.asyncDispose]())
beforeEach(async () => {
  await store.sql.run(statement('test_no_access', 'delete from storage_access'))
  await store.sql.run(statement('test_no_writers', 'delete from storage_access_writer'))
})

const warehouse = { id: randomUUID() } as StorageGrant['warehouse']
const principal = { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' }

/** Returns a grant and a credential with the fields that the log reads. */
function issue(
  key: string,
  mode: StorageCredential['mode'] = 'gateway',
  tableId: string = randomUUID(),
): [StorageGrant, StorageCredential] {
  const now = Date.now()
  const grant = {
    warehouse,
    table: { id: tableId, staged: false, namespaceId: randomUUID() },
    identity: { principal, actors: [], method: 'session-token', expiresAt: null },
    permission: 'read',
    limits: { credentialExpiresBy: now + hour, renewableUntil: now + 24 * hour, engineRenewableUntil: null },
  } as unknown as StorageGrant
  const config = { 's3.access-key-id': key, 's3.secret-access-key': 'secret' }
  return [grant, { id: randomUUID(), mode, config, mintedAt: now, expiresAt: now + hour }]
}

const countRows = statement(
  'test_count_access',
  'select count(*)::int as count, sum(issues)::int as issues from storage_access',
)
async function count(sql: Sql = store.sql): Promise<{ count: number; issues: number | null }> {
  const [row] = await sql.run<{ count: number; issues: number | null }>(countRows)
  return row ?? { count: 0, issues: 0 }
}

describe('the log of issued credentials', () => {
  test('the list of storage access contains 10,000 issued credentials within five seconds', async () => {
    await using log = new StorageAccessLog({ sql: store.sql })
    const startedAt = performance.now()
    for (let n = 0; n < 10_000; n += 1) log.issued(...issue(`HG${n}`))
    const issuing = performance.now() - startedAt
    await expect.poll(() => count(), { timeout: 5_000, interval: 100 }).toMatchObject({ count: 10_000 })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    // No call waited for the database.
    expect(issuing).toBeLessThan(1_000)
    const rows = await listHeldAccess({ sql: store.sql, gatewayDecisionMs: 30_000 }, everything, null, 20_000)
    expect(new Set(rows.map(({ keyId }) => keyId)).size).toBe(10_000)
  })

  test('a credential that is issued again keeps its row in the storage access log, and the count and last time of the row increase', async () => {
    const log = new StorageAccessLog({ sql: store.sql, touchMs: 0 })
    const [grant, credential] = issue('HGA')
    log.issued(grant, credential)
    log.issued(grant, credential)
    await log.flush()
    log.issued(grant, credential)
    await log.flush()
    expect(await count()).toEqual({ count: 1, issues: 3 })
    for (let n = 0; n < 5; n += 1) log.issued(grant, credential)
    await log[Symbol.asyncDispose]()
    expect(await count()).toEqual({ count: 1, issues: 8 })
  })

  test('credentials with the same keys of the object store are one row in the storage access log, also in one batch', async () => {
    await using log = new StorageAccessLog({ sql: store.sql })
    const table = randomUUID()
    log.issued(...issue('AKIA', 'static', table))
    log.issued(...issue('AKIA', 'static', table))
    await log.flush()
    expect(await count()).toEqual({ count: 1, issues: 2 })
  })

  test('the storage access log writes all pending rows when it is closed, and records no gap', async () => {
    const log = new StorageAccessLog({ sql: store.sql, flushMs: 60_000 })
    log.issued(...issue('HGB'))
    await log[Symbol.asyncDispose]()
    expect(await count()).toMatchObject({ count: 1 })
    expect((await findCoverage(store.sql)).gaps).toEqual([])
  })

  test('the storage access log writes credentials that are issued while the database is unavailable later', async () => {
    await using proxy = await FaultProxy.start({ port: Number(new URL(store.url).port) })
    const url = new URL(store.url)
    url.port = String(proxy.port)
    await using sql = await openSql({ url: url.href, connectionTimeoutMs: 1_000 })
    await using log = new StorageAccessLog({ sql, flushMs: 50 })
    log.issued(...issue('HGC'))
    await log.flush()
    proxy.faults = { refuse: true }
    proxy.resetAll()
    const [grant, credential] = issue('HGD')
    log.issued(grant, credential)
    await expect(log.flush()).rejects.toMatchObject({ code: expect.any(String) as string })
    log.issued(grant, credential)
    expect(await count()).toEqual({ count: 1, issues: 1 })
    proxy.faults = {}
    await expect.poll(() => count(), { timeout: 5_000 }).toEqual({ count: 2, issues: 3 })
  })

  test('the storage access log records a gap when more credentials are issued than its queue can hold', async () => {
    await using log = new StorageAccessLog({ sql: store.sql, maxUnwritten: 10, flushMs: 60_000 })
    const startedAt = Date.now()
    for (let n = 0; n < 15; n += 1) log.issued(...issue(`HG${n}`))
    await log.flush()
    expect(await count()).toMatchObject({ count: 10 })
    const { gaps } = await findCoverage(store.sql)
    expect(gaps).toHaveLength(1)
    expect(gaps[0]?.from).toBeGreaterThanOrEqual(startedAt)
    expect(gaps[0]?.until).toBeLessThanOrEqual(Date.now())
  })

  test('the storage access log records a gap for rows that the database rejects, and writes later rows', async () => {
    const errors: unknown[] = []
    await using log = new StorageAccessLog({ sql: store.sql, onError: (error) => errors.push(error) })
    log.issued(...issue('HGE', 'gateway', 'not a uuid'))
    await log.flush()
    expect(errors).toHaveLength(1)
    log.issued(...issue('HGF'))
    await log.flush()
    expect(await count()).toMatchObject({ count: 1 })
    expect((await findCoverage(store.sql)).gaps).toHaveLength(1)
  })
})
