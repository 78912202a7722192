import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runningPostgres } from './running-postgres.ts'
import { startPostgres } from './start-postgres.ts'
import { makeUsed } from './test-cluster.ts'

/** Where durability is not what is tested. */
const quick = { fsync: 'off' }

let home: string
let dataDir: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headgate-postgres-'))
  dataDir = join(home, 'data')
})
afterEach(async () => await rm(home, { recursive: true, force: true, maxRetries: 5 }))

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Readonly<Record<string, unknown>>>(text)).rows
  } finally {
    await client.end()
  }
}

async function setting(url: string, name: string): Promise<unknown> {
  return (await query(url, `select current_setting('${name}') as value`))[0]
}

describe('the embedded PostgreSQL', () => {
  test('is durable, in UTF-8, and sorts by bytes', async () => {
    await using postgres = await startPostgres({ dataDir })
    expect(await setting(postgres.url, 'server_encoding')).toEqual({ value: 'UTF8' })
    for (const name of ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums']) {
      expect(await setting(postgres.url, name), name).toEqual({ value: 'on' })
    }
    const sorted = "select string_agg(v, '' order by v) as value from unnest(array['b', 'a', 'B', 'ä']) v"
    expect(await query(postgres.url, sorted)).toEqual([{ value: 'Babä' }])
  })

  test('keeps its data from start to start, with the same password', async () => {
    await makeUsed(dataDir)
    const first = await startPostgres({ dataDir, settings: quick })
    await query(first.url, 'create table t as select 42 as answer')
    await first[Symbol.asyncDispose]()
    await using second = await startPostgres({ dataDir, settings: quick })
    expect(await query(second.url, 'select answer from t')).toEqual([{ answer: 42 }])
    expect(second.url).toBe(first.url)
  })

  test('takes settings', async () => {
    await makeUsed(dataDir)
    await using postgres = await startPostgres({ dataDir, settings: { work_mem: '7MB', fsync: 'off' } })
    expect(await setting(postgres.url, 'work_mem')).toEqual({ value: '7MB' })
  })

  test('lets nobody in without the password, which only its owner can read', async () => {
    await using postgres = await startPostgres({ dataDir, settings: quick })
    const password = decodeURIComponent(new URL(postgres.url).password)
    await expect(query(postgres.url.replace(password, 'guess'), 'select 1')).rejects.toMatchObject({
      code: '28P01',
    })
    expect(password.length).toBeGreaterThanOrEqual(32)
    expect((await stat(join(dataDir, 'cluster', 'password'))).mode & 0o077).toBe(0)
    expect((await stat(dataDir)).mode & 0o077).toBe(0)
  })

  test.skipIf(process.platform === 'win32')('listens on no network address', async () => {
    await makeUsed(dataDir)
    await using postgres = await startPostgres({ dataDir, settings: quick })
    expect(await setting(postgres.url, 'listen_addresses')).toEqual({ value: '' })
    const socket = connect(5432, '127.0.0.1')
    const reached = await new Promise((resolve) =>
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false)),
    )
    socket.destroy()
    if (reached === true)
      expect(await query(postgres.url, 'select inet_server_addr() as at')).toEqual([{ at: null }])
  })

  test.each([['it\'s a "data, dir" – ü %2F'], [`${'long/'.repeat(30)}path`]])(
    'works in a directory named %s',
    async (name) => {
      await using postgres = await startPostgres({ dataDir: join(home, name), settings: quick })
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    },
  )

  test.each([['socket'], ['tcp']] as const)('can be found by tools beside it (%s)', async (listen) => {
    await makeUsed(dataDir)
    expect(await runningPostgres(dataDir)).toBeUndefined()
    const postgres = await startPostgres({ dataDir, settings: quick, listen })
    expect(await runningPostgres(dataDir)).toBe(postgres.url)
    await postgres[Symbol.asyncDispose]()
    expect(await runningPostgres(dataDir)).toBeUndefined()
  })

  test('stops cleanly and soon, with clients connected, and leaves neither processes nor lock nor socket', async () => {
    await makeUsed(dataDir)
    const log: string[] = []
    const postgres = await startPostgres({ dataDir, settings: quick, log: (line) => log.push(line) })
    const client = new Client({ connectionString: postgres.url })
    client.on('error', () => undefined)
    await client.connect()
    const start = performance.now()
    await postgres[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(() => process.kill(postgres.pid, 0)).toThrow()
    expect(await readdir(dataDir)).toEqual(['cluster'])
    expect(log.at(-1)).toMatch(/database system is shut down/)
    await client.end().catch(() => undefined)
  })

  test('is refused a second time on the same directory, at once', async () => {
    await makeUsed(dataDir)
    await using postgres = await startPostgres({ dataDir, settings: quick })
    await expect(startPostgres({ dataDir, settings: quick })).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      code: 'in-use',
    })
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('refuses data of another major version with a sentence, and leaves it alone', async () => {
    await makeUsed(dataDir)
    await writeFile(join(dataDir, 'cluster', 'data', 'PG_VERSION'), '12\n')
    await expect(startPostgres({ dataDir, settings: quick })).rejects.toThrow(
      /was written by PostgreSQL 12, and this Headgate brings PostgreSQL 18/,
    )
    expect(await readFile(join(dataDir, 'cluster', 'data', 'PG_VERSION'), 'utf8')).toBe('12\n')
    expect(await readdir(dataDir)).toEqual(['cluster'])
  })

  test('says what PostgreSQL said when it does not start', async () => {
    await makeUsed(dataDir)
    await expect(
      startPostgres({ dataDir, settings: { ...quick, work_mem: 'plenty' } }),
    ).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('invalid value for parameter "work_mem": "plenty"') as string,
    })
    await using postgres = await startPostgres({ dataDir, settings: quick })
    expect(postgres.pid).toBeGreaterThan(0)
  })

  test('removes what a killed initialisation left', async () => {
    await mkdir(join(dataDir, 'cluster.new-0123', 'data'), { recursive: true })
    await writeFile(join(dataDir, 'cluster.new-0123', 'data', 'PG_VERSION'), '18\n')
    await using postgres = await startPostgres({ dataDir, settings: quick })
    expect(postgres.pid).toBeGreaterThan(0)
    expect((await readdir(dataDir)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster'])
  })
})
