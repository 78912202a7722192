import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { readMetadata, objectAt, schema, setProperties } from '../iceberg/tables.ts'
import { openSql } from '../../src/store/pool.ts'
import { placeOn } from './fault-lake.ts'
import { openServer } from './open-server.ts'
import { ReplicatedDatabase } from './replicated-database.ts'
import { type Answered, send } from './send.ts'

/** Two servers on a database with a standby. */
interface Replicas extends AsyncDisposable {
  readonly database: ReplicatedDatabase
  readonly urls: readonly [string, string]
}

async function openReplicas(): Promise<Replicas> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await ReplicatedDatabase.start())
  await using sql = await openSql({ url: database.url })
  const place = stack.use(await placeOn(sql, database.url))
  const environment = place.environment({ HEADGATE_DATABASE_POOL_SIZE: '8' })
  const [a, b] = [stack.use(await openServer({ environment })), stack.use(await openServer({ environment }))]
  const owned = stack.move()
  return { database, urls: [a.url, b.url], [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const pathOf = (table: string): string => `namespaces/w/tables/${table}`

/** Repeats a request until its outcome is certain. */
async function insist(url: string, method: string, path: string, body?: object): Promise<Answered> {
  for (const end = Date.now() + 30_000; ; await sleep(20)) {
    const answer = await send(url, method, path, body as never)
    if (answer !== null && answer.status < 500) return answer
    if (Date.now() > end) throw new Error(`${method} ${path} was not answered: ${answer?.status}`)
  }
}

async function makeTables(url: string, names: readonly string[]): Promise<void> {
  await insist(url, 'POST', 'namespaces', { namespace: ['w'] })
  for (const name of names) await insist(url, 'POST', 'namespaces/w/tables', { name, schema })
}

function commitOf(key: string): object {
  return { requirements: [], updates: [setProperties({ [key]: 'v' })] }
}

async function commit(url: string, table: string, key: string): Promise<void> {
  expect((await insist(url, 'POST', pathOf(table), commitOf(key))).status).toBe(200)
}

/** Returns the keys that commits have set, in order. */
async function keysOf(url: string, table: string): Promise<string[]> {
  return keysIn(readMetadata(await insist(url, 'GET', pathOf(table)))['properties'])
}

function keysIn(properties: unknown): string[] {
  return Object.keys(properties as object)
    .filter((key) => /^[a-z]+\d/.test(key))
    .toSorted()
}

test(
  'a promoted standby that lacks the last commit keeps every commit that it acknowledges',
  { timeout: 120_000 },
  async () => {
    await using replicas = await openReplicas()
    const { database, urls } = replicas
    const [a, b] = urls
    await makeTables(a, ['t'])
    for (const key of ['c1', 'c2']) await commit(a, 't', key)
    await database.caughtUp()
    database.cutReplication()
    await commit(a, 't', 'c3')
    await database.failOver()
    await commit(b, 't', 'd1')
    await commit(a, 't', 'e1')
    for (const url of urls) expect(await keysOf(url, 't')).toEqual(['c1', 'c2', 'd1', 'e1'])
  },
)

test(
  'a backup that is restored under running servers keeps every commit that is acknowledged afterwards',
  { timeout: 120_000 },
  async () => {
    await using replicas = await openReplicas()
    const { database, urls } = replicas
    const [a, b] = urls
    await makeTables(a, ['t'])
    for (const key of ['c1', 'c2']) await commit(a, 't', key)
    await database.loseChangesOf(async () => {
      await commit(a, 't', 'c3')
      await commit(a, 't', 'c4')
    })
    await commit(b, 't', 'd1')
    await commit(b, 't', 'd2')
    await commit(a, 't', 'e1')
    for (const url of urls) expect(await keysOf(url, 't')).toEqual(['c1', 'c2', 'd1', 'd2', 'e1'])
  },
)

test(
  'a failover under load loses no commit that the new primary has at its start or acknowledges later',
  { timeout: 180_000 },
  async () => {
    await using replicas = await openReplicas()
    const { database, urls } = replicas
    const tables = ['x', 'y', 'z']
    await makeTables(urls[0], tables)
    await database.caughtUp()
    const kept = new Set<string>()
    const acknowledged: { readonly key: string; readonly sentAt: number; readonly at: number }[] = []
    const working = new AbortController()
    const writers = tables.flatMap((table, t) =>
      urls.map(async (url, u) => {
        for (let n = 0; !working.signal.aborted; n += 1) {
          const key = `w${t}${u}-${n}`
          const sentAt = performance.now()
          const answer = await send(url, 'POST', pathOf(table), commitOf(key) as never)
          if (answer?.status === 200)
            acknowledged.push({ key: `${table} ${key}`, sentAt, at: performance.now() })
          else await sleep(20)
        }
      }),
    )
    const seen = async (count: number): Promise<void> => {
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length - before, { timeout: 60_000 }).toBeGreaterThan(count)
    }
    await seen(30)
    database.cutReplication()
    await seen(30)
    let promotedAt = 0
    await database.failOver(async (url) => {
      for (const key of await keysInFiles(url)) kept.add(key)
      promotedAt = performance.now()
    })
    await seen(60)
    working.abort()
    await Promise.all(writers)
    const later = acknowledged.flatMap(({ key, sentAt }) => (sentAt > promotedAt ? [key] : []))
    const lost = acknowledged.filter(({ key, at }) => at < promotedAt && !kept.has(key))
    expect(lost.length, 'the cut replication lost commits').toBeGreaterThan(0)
    for (const url of urls) {
      const held = new Set<string>()
      for (const table of tables) for (const key of await keysOf(url, table)) held.add(`${table} ${key}`)
      expect([...kept, ...later].filter((key) => !held.has(key))).toEqual([])
    }
  },
)

/** Returns the keys in the tables of a database, read without a server. */
async function keysInFiles(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; location: string }>(
      'select name, metadata_location as location from relation',
    )
    const keys = rows.map(async ({ name, location }) => {
      const text = await readFile(fileURLToPath(location), 'utf8')
      return keysIn(objectAt(JSON.parse(text))['properties']).map((key) => `${name} ${key}`)
    })
    return (await Promise.all(keys)).flat()
  } finally {
    await client.end()
  }
}
