import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertMetricsReport } from '../../src/store/metrics-reports.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, testServer } from '../server.ts'
import { ReportQuota } from '../../src/iceberg/report-quota.ts'
import { schema } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['a'] })
  for (const name of ['t', 'u', 'v', 'w']) await server.send('POST', 'namespaces/a/tables', { name, schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const count = statement('test_reports', 'select count(*)::int as count from metrics_report')
const countReports = async (): Promise<number> => {
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
  test('the server refuses a metrics report before it parses the body if the caller may not read the table', async () => {
    const stranger = await server.caller('stranger')
    const response = await stranger.send('POST', 'namespaces/a/tables/t/metrics', { not: 'a report' })
    expect(response.status).toBe(404)
  })

  test('the server accepts more than 600 metrics reports of one principal per minute, but stores only 600', async () => {
    const sender = await server.caller('sender')
    await server.grant({
      privilege: 'select',
      on: { kind: 'warehouse', id: server.warehouseId },
      to: sender,
    })
    // Each of the four tables gets 165 reports, which is below the limit of 200 for one table.
    const tables = ['t', 'u', 'v', 'w']
    const before = await countReports()
    for (let batch = 0; batch < 33; batch += 1) {
      const sent = Array.from({ length: 20 }, (_, i) =>
        sender.send('POST', `namespaces/a/tables/${tables[i % tables.length] ?? ''}/metrics`, report),
      )
      for (const { status } of await Promise.all(sent)) expect(status).toBe(204)
    }
    expect((await countReports()) - before).toBe(600)
  })

  test('metrics reports count only against the quota of their principal until the time window ends', () => {
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
  ])('the database keeps the newest metrics reports up to a limit of %s', async (_, max, of) => {
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
