import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertMetricsReport } from '../store/metrics-reports.ts'
import { statement } from '../store/sql.ts'
import { type TestServer, testServer } from '../test-server.ts'
import { ReportQuota } from './report-quota.ts'
import { schema } from './test-tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['a'] })
  await server.send('POST', 'namespaces/a/tables', { name: 't', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const count = statement('test_reports', 'select count(*)::int as count from metrics_report')
const countOf = async (): Promise<number> => {
  const [row] = await server.sql.run<{ readonly count: number }>(count)
  return row?.count ?? 0
}
const report = {
  'report-type': 'scan-report',
  'table-name': 'a.t',
  'snapshot-id': 1,
  'schema-id': 0,
  filter: true,
  'projected-field-ids': [1],
  'projected-field-names': ['id'],
  metrics: {},
}

describe('metrics reports', () => {
  test('of a caller without the right to read the table are refused before their body is parsed', async () => {
    const stranger = await server.caller('stranger')
    const answer = await stranger.send('POST', 'namespaces/a/tables/t/metrics', { not: 'a report' })
    expect(answer.status).toBe(404)
  })

  test('over the quota of a principal are accepted and not kept', async () => {
    const sender = await server.caller('sender')
    await server.grant({
      privilege: 'select',
      on: { kind: 'warehouse', id: server.warehouseId },
      to: sender,
    })
    const before = await countOf()
    for (let batch = 0; batch < 33; batch += 1) {
      const sent = Array.from({ length: 20 }, () =>
        sender.send('POST', 'namespaces/a/tables/t/metrics', report),
      )
      for (const { status } of await Promise.all(sent)) expect(status).toBe(204)
    }
    expect((await countOf()) - before).toBeLessThanOrEqual(200)
  })

  test('count against the quota of their principal only, until the window ends', () => {
    let now = 0
    const quota = new ReportQuota({ perWindow: 2, windowMs: 1_000, now: () => now })
    expect([quota.tryTake('a'), quota.tryTake('a'), quota.tryTake('a'), quota.tryTake('b')]).toEqual([
      true,
      true,
      false,
      true,
    ])
    now = 1_000
    expect(quota.tryTake('a')).toBe(true)
  })

  test.each([
    ['200 of each table', 200, (id: string) => ({ relationId: id, principalId: randomUUID() })],
    ['1,000 of each principal', 1_000, (id: string) => ({ relationId: randomUUID(), principalId: id })],
  ])('are kept up to %s, the newest ones', async (_, max, of) => {
    const id = randomUUID()
    for (let i = 0; i < max + 5; i += 1)
      await insertMetricsReport(server.sql, { ...of(id), kind: 'scan', report: `{"n":${i}}` })
    const rows = await server.sql.run<{ readonly n: number }>(
      statement(
        `test_reports_${max}`,
        'select (report->>$2)::int as n from metrics_report where relation_id = $1 or principal_id = $1 order by n',
      ),
      [id, 'n'],
    )
    expect([rows.length, rows[0]?.n, rows.at(-1)?.n]).toEqual([max, 5, max + 4])
  })
})
