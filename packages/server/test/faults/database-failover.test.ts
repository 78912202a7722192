import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { readMetadata, objectAt, schema, setProperties } from '../iceberg/tables.ts'
import { openSql } from '../../src/store/pool.ts'
import { placeOn } from './fault-fixture.ts'
import { openServer } from './open-server.ts'
import { ReplicatedDatabase } from './replicated-database.ts'
import { type TimedResponse, send } from './send.ts'

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

const toPath = (table: string): string => `namespaces/w/tables/${table}`

/** Repeats a request until its outcome is certain. */
async function insist(url: string, method: string, path: string, body?: object): Promise<TimedResponse> {
  for (const end = Date.now() + 30_000; ; await sleep(20)) {
    const response = await send(url, method, path, body as never)
    if (response !== null && response.status < 500) return response
    if (Date.now() > end) throw new Error(`${method} ${path} was not answered: ${response?.status}`)
  }
}

async function makeTables(url: string, names: readonly string[]): Promise<void> {
  await insist(url, 'POST', 'namespaces', { namespace: ['w'] })
  for (const name of names) await insist(url, 'POST', 'namespaces/w/tables', { name, schema })
}

function makeCommit(key: string): object {
  return { requirements: [], updates: [setProperties({ [key]: 'v' })] }
}

async function commit(url: string, table: string, key: string): Promise<void> {
  expect((await insist(url, 'POST', toPath(table), makeCommit(key))).status).toBe(200)
}

/** Returns the property keys that commits have set on a table, in sorted order. */
async function readKeys(url: string, table: string): Promise<string[]> {
  return keysIn(readMetadata(await insist(url, 'GET', toPath(table)))['properties'])
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
    for (const url of urls) expect(await readKeys(url, 't')).toEqual(['c1', 'c2', 'd1', 'e1'])
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
    await database.loseChanges(async () => {
      await commit(a, 't', 'c3')
      await commit(a, 't', 'c4')
    })
    await commit(b, 't', 'd1')
    await commit(b, 't', 'd2')
    await commit(a, 't', 'e1')
    for (const url of urls) expect(await readKeys(url, 't')).toEqual(['c1', 'c2', 'd1', 'd2', 'e1'])
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
          const response = await send(url, 'POST', toPath(table), makeCommit(key) as never)
          if (response?.status === 200)
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
      for (const table of tables) for (const key of await readKeys(url, table)) held.add(`${table} ${key}`)
      expect([...kept, ...later].filter((key) => !held.has(key))).toEqual([])
    }
  },
)

/**
 * Returns the property keys of the tables in a database. Reads the rows and metadata files without a server.
 */
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
