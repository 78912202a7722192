import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { send } from './send.ts'

const countByQuery = statement(
  'test-audit-by-query',
  `select query_id as id, count(*)::int as count from audit where query_id is not null group by 1`,
)

/**
 * `docs/how-to/operations.md` documents that audit events are stored within half a second plus the duration
 * of the statement in progress.
 */
const windowMs = 1_000

test('a killed server loses no audit events of changes, and only the newest audit events of reads', async () => {
  await using place = await faultPlace()
  const server = await MainProcess.start(place.environment({ HEADGATE_AUDIT_READS: 'store' }))
  const answered = new Map<string, number>()
  let slowest = 0
  let lastAt = performance.now()
  const life = new AbortController()

  async function work(client: string, request: (query: string) => ReturnType<typeof send>): Promise<void> {
    for (let turn = 0; !life.signal.aborted; turn += 1) {
      const query = `${client}-${turn}`
      const response = await request(query)
      if (response === null) continue
      slowest = Math.max(slowest, response.took)
      lastAt = performance.now()
      if (response.status < 500) answered.set(query, performance.now())
    }
  }
  const change = (query: string): ReturnType<typeof send> =>
    send(server.url, 'POST', 'namespaces', { namespace: [query] }, { 'x-headgate-query-id': query })
  const read = (query: string): ReturnType<typeof send> =>
    send(server.url, 'GET', `namespaces/${query}`, undefined, { 'x-headgate-query-id': query })

  const clients = [
    work('change-a', change),
    work('change-b', change),
    work('read-a', read),
    work('read-b', read),
  ]
  const lastMoment = (): number => {
    const now = performance.now()
    return now - windowMs - 3 * Math.max(slowest, now - lastAt)
  }
  const readsBefore = (time: number): string[] =>
    [...answered].flatMap(([query, at]) => (query.startsWith('read') && at < time ? [query] : []))
  await sleep(1_500)
  await expect.poll(() => readsBefore(lastMoment()).length, { timeout: 30_000 }).toBeGreaterThan(50)
  const before = lastMoment()
  life.abort()
  await server.end('SIGKILL')
  await Promise.all(clients)

  const events = await eventsByQuery(place)
  const queries = [...answered.keys()]
  const changes = queries.filter((query) => query.startsWith('change'))
  expect(changes.length).toBeGreaterThan(0)
  expect(changes.filter((query) => events.get(query) !== 1)).toEqual([])
  expect(readsBefore(before).filter((query) => events.get(query) !== 1)).toEqual([])
}, 60_000)

async function eventsByQuery({ sql }: FaultPlace): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.run<{ id: string; count: number }>(countByQuery)
  return new Map(rows.map(({ id, count }) => [id, count]))
}
