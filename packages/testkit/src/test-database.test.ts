import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { testDatabase } from './test-database.ts'

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

describe('a test database', () => {
  test('a test database shares no tables with other test databases', async () => {
    await using first = await testDatabase()
    await using second = await testDatabase()
    await query(first.url, 'create table t (a integer)')
    expect(await query(second.url, "select tablename from pg_tables where schemaname = 'public'")).toEqual([])
  })

  test('a test database is dropped when it is disposed of, even while clients are connected', async () => {
    const database = await testDatabase()
    const client = new Client({ connectionString: database.url })
    client.on('error', () => undefined)
    await client.connect()
    await database[Symbol.asyncDispose]()
    await expect(query(database.url, 'select 1')).rejects.toMatchObject({ code: '3D000' })
    await client.end().catch(() => undefined)
  })

  test('a test database is a copy of its template, which is prepared only once', async () => {
    let prepared = 0
    const template = {
      key: `test ${process.pid}`,
      async prepare(url: string) {
        prepared++
        await query(url, 'create table t as select 7 as n')
      },
    }
    const databases = await Promise.all(
      Array.from({ length: 4 }, async () => await testDatabase({ template })),
    )
    for (const { url } of databases) expect(await query(url, 'select n from t')).toEqual([{ n: 7 }])
    expect(prepared).toBe(1)
    for (const database of databases) await database[Symbol.asyncDispose]()
  })

  test.skipIf(process.env['HEADGATE_TEST_DATABASE_URL'] !== undefined)(
    'the shared server and its databases are removed when the program that created them is killed',
    async () => {
      const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'test-database.ts')).href)
      const program = `import { testDatabase } from ${module}
        console.log((await testDatabase()).url)
        setTimeout(() => {}, 600_000)`
      const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning', '--input-type=module']
      const { VITEST_WORKER_ID: _, ...env } = process.env
      const child = spawn(process.execPath, [...flags, '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      })
      const [url] = (await once(child.stdout, 'data')) as [Buffer]
      expect(await readdir(tmpdir())).toContain(`headgate-test-run-${child.pid}`)
      child.kill('SIGKILL')
      for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
        const left = (await readdir(tmpdir())).filter((name) => name === `headgate-test-run-${child.pid}`)
        if (left.length === 0) break
      }
      await expect(query(url.toString().trim(), 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(await readdir(tmpdir())).not.toContain(`headgate-test-run-${child.pid}`)
    },
  )
})
