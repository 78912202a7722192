import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findRunningPostgres } from './find-running-postgres.ts'
import { startPostgres } from './start-postgres.ts'
import { createInitializedCluster } from '../test/initialized-cluster.ts'

/** Settings for tests that do not need durability. */
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
  test('the embedded server has durable writes, uses UTF-8 and sorts text by bytes', async () => {
    await using postgres = await startPostgres({ dataDir })
    expect(await setting(postgres.url, 'server_encoding')).toEqual({ value: 'UTF8' })
    for (const name of ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums']) {
      expect(await setting(postgres.url, name), name).toEqual({ value: 'on' })
    }
    const sorted = "select string_agg(v, '' order by v) as value from unnest(array['b', 'a', 'B', 'ä']) v"
    expect(await query(postgres.url, sorted)).toEqual([{ value: 'Babä' }])
  })

  test('the embedded server keeps its data and its password after a restart', async () => {
    await createInitializedCluster(dataDir)
    const first = await startPostgres({ dataDir, settings: quick })
    await query(first.url, 'create table t as select 42 as answer')
    await first[Symbol.asyncDispose]()
    await using second = await startPostgres({ dataDir, settings: quick })
    expect(await query(second.url, 'select answer from t')).toEqual([{ answer: 42 }])
    expect(second.url).toBe(first.url)
  })

  test('the embedded server uses the settings of the caller', async () => {
    await createInitializedCluster(dataDir)
    await using postgres = await startPostgres({ dataDir, settings: { work_mem: '7MB', fsync: 'off' } })
    expect(await setting(postgres.url, 'work_mem')).toEqual({ value: '7MB' })
  })

  test('the embedded server refuses connections without its password, which is in a file that only its owner can read', async () => {
    await using postgres = await startPostgres({ dataDir, settings: quick })
    const password = decodeURIComponent(new URL(postgres.url).password)
    await expect(query(postgres.url.replace(password, 'guess'), 'select 1')).rejects.toMatchObject({
      code: '28P01',
    })
    expect(password.length).toBeGreaterThanOrEqual(32)
    expect((await stat(join(dataDir, 'cluster', 'password'))).mode & 0o077).toBe(0)
    expect((await stat(dataDir)).mode & 0o077).toBe(0)
  })

  test.skipIf(process.platform === 'win32')('the embedded server listens on no network address', async () => {
    await createInitializedCluster(dataDir)
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
    'the embedded server works in a directory named %s',
    async (name) => {
      await using postgres = await startPostgres({ dataDir: join(home, name), settings: quick })
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    },
  )

  test.each([['socket'], ['tcp']] as const)(
    'other programs can find an embedded server that listens on %s',
    async (listen) => {
      await createInitializedCluster(dataDir)
      expect(await findRunningPostgres(dataDir)).toBeUndefined()
      const postgres = await startPostgres({ dataDir, settings: quick, listen })
      expect(await findRunningPostgres(dataDir)).toBe(postgres.url)
      await postgres[Symbol.asyncDispose]()
      expect(await findRunningPostgres(dataDir)).toBeUndefined()
    },
  )

  test('the embedded PostgreSQL server stops quickly while clients are connected, and removes its processes, lock and socket', async () => {
    await createInitializedCluster(dataDir)
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

  test('startPostgres immediately refuses a second start on the same directory', async () => {
    await createInitializedCluster(dataDir)
    await using postgres = await startPostgres({ dataDir, settings: quick })
    await expect(startPostgres({ dataDir, settings: quick })).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      code: 'in-use',
    })
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('startPostgres refuses and does not change data of another major version', async () => {
    await createInitializedCluster(dataDir)
    await writeFile(join(dataDir, 'cluster', 'data', 'PG_VERSION'), '12\n')
    await expect(startPostgres({ dataDir, settings: quick })).rejects.toThrow(
      /was written by PostgreSQL 12, and PostgreSQL 18 of this Headgate/,
    )
    expect(await readFile(join(dataDir, 'cluster', 'data', 'PG_VERSION'), 'utf8')).toBe('12\n')
    expect(await readdir(dataDir)).toEqual(['cluster'])
  })

  test('startPostgres reports the log of a PostgreSQL server that does not start', async () => {
    await createInitializedCluster(dataDir)
    await expect(
      startPostgres({ dataDir, settings: { ...quick, work_mem: 'plenty' } }),
    ).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('invalid value for parameter "work_mem": "plenty"') as string,
    })
    await using postgres = await startPostgres({ dataDir, settings: quick })
    expect(postgres.pid).toBeGreaterThan(0)
  })

  test('the embedded PostgreSQL server removes the files of an interrupted initialization', async () => {
    await mkdir(join(dataDir, 'cluster.new-0123', 'data'), { recursive: true })
    await writeFile(join(dataDir, 'cluster.new-0123', 'data', 'PG_VERSION'), '18\n')
    await using postgres = await startPostgres({ dataDir, settings: quick })
    expect(postgres.pid).toBeGreaterThan(0)
    expect((await readdir(dataDir)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster'])
  })
})
