import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processStart } from '../src/process-identity.ts'
import { startPostgres } from '../src/start-postgres.ts'
import { createInitializedCluster } from './initialized-cluster.ts'

/**
 * The tests switch off fsync, because a killed process does not lose data that is not flushed to disk. Only a power
 * failure would.
 */
const quick = { fsync: 'off' }

/** Source text of a program that starts a server, prints its connection string and process id, and continues to run. */
const program = `
  import { flushCompileCache } from 'node:module'
  import { startPostgres } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../src/start-postgres.ts')).href)}
  try {
    const postgres = await startPostgres({ dataDir: process.argv[1], settings: { fsync: 'off' } })
    console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid }))
    flushCompileCache()
    setTimeout(() => {}, 600_000)
  } catch (error) {
    console.log(JSON.stringify({ problem: error.message }))
  }`

interface Outcome {
  readonly url: string
  readonly pid: number
  readonly problem?: string
}

function run(dataDir: string): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

async function readOutcome(child: ChildProcess): Promise<Outcome> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) return JSON.parse(text) as Outcome
  }
  throw new Error('The program ended without printing its result.')
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function insert(url: string, values: readonly number[]): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('create table if not exists t (n integer primary key)')
  for (const value of values) await client.query('insert into t values ($1)', [value])
  await client.end()
}

async function count(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ n: number }>('select count(*)::integer as n from t')
  await client.end()
  return rows[0]?.n ?? -1
}

/**
 * Returns whether a process is running. A zombie process, whose exit code was not read yet, does not count as running.
 */
async function isRunning(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== undefined
}

async function readProcessGroup(pid: number): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ')[2]
}

async function until(condition: () => Promise<boolean>, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await condition()); await sleep(20)) {
    if (Date.now() > end)
      throw new Error(`The condition was not met within ${limitMs} ms: ${condition.toString()}`)
  }
}

/** Returns the ids of child processes whose command line contains `text`. Works only on Linux. */
async function findChildren(parent: number, text: string): Promise<number[]> {
  const found: number[] = []
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(parent) && line.includes(text))
      found.push(Number(name))
  }
  return found
}

let home: string
let dataDir: string
const children = new Set<ChildProcess>()
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'headgate-crash-'))
  dataDir = join(home, 'my data')
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
})

function start(): ChildProcess {
  const child = run(dataDir)
  children.add(child)
  return child
}

describe.skipIf(process.platform === 'win32')('recovery from a crash', () => {
  test('when the parent process is killed, the watchdog stops the embedded PostgreSQL server and no commit is lost', async () => {
    await createInitializedCluster(dataDir)
    const child = start()
    const { url, pid } = await readOutcome(child)
    await insert(url, [1, 2, 3])
    await kill(child)
    await until(async () => !(await isRunning(pid)))
    await using next = await startPostgres({ dataDir, settings: quick })
    expect(await count(next.url)).toBe(3)
  })

  test('when the parent process is killed, the next start succeeds while the PostgreSQL server is still stopping', async () => {
    await createInitializedCluster(dataDir)
    const child = start()
    const { url } = await readOutcome(child)
    await insert(url, [1, 2, 3])
    await kill(child)
    await using next = await startPostgres({ dataDir, settings: quick })
    expect(await count(next.url)).toBe(3)
  })

  test.skipIf(process.platform !== 'linux')(
    'when the parent process and the watchdog are killed, the next start stops the orphaned PostgreSQL server',
    async () => {
      await createInitializedCluster(dataDir)
      const child = start()
      const { url, pid } = await readOutcome(child)
      await insert(url, [1, 2, 3])
      const watchdogs = await findChildren(child.pid ?? 0, 'watchdog')
      expect(watchdogs).toHaveLength(1)
      for (const watchdog of watchdogs) process.kill(watchdog, 'SIGKILL')
      await kill(child)
      await sleep(300)
      expect(await isRunning(pid)).toBe(true)
      await using next = await startPostgres({ dataDir, settings: quick })
      expect(await isRunning(pid)).toBe(false)
      expect(await count(next.url)).toBe(3)
    },
  )

  test('when the PostgreSQL server is killed, the promise `exited` resolves and the next start finds every commit', async () => {
    await createInitializedCluster(dataDir)
    const postgres = await startPostgres({ dataDir, settings: quick })
    await insert(postgres.url, [1, 2, 3])
    process.kill(postgres.pid, 'SIGKILL')
    await postgres.exited
    await postgres[Symbol.asyncDispose]()
    await using next = await startPostgres({ dataDir, settings: quick })
    expect(await count(next.url)).toBe(3)
  })

  test('when the first start of the PostgreSQL server is killed at different times, the next start succeeds', async () => {
    for (const moment of [150, 300, 500, 800, 1_200]) {
      const child = start()
      await sleep(moment)
      await kill(child)
    }
    {
      await using next = await startPostgres({ dataDir, settings: quick })
      await insert(next.url, [1])
      expect(await count(next.url)).toBe(1)
    }
    // An initdb whose parent was killed may have written more files after the last start. This start removes them.
    await using last = await startPostgres({ dataDir, settings: quick })
    expect(await count(last.url)).toBe(1)
    expect((await readdir(dataDir)).filter((name) => name.startsWith('cluster'))).toEqual(['cluster'])
  })

  test('the next start sends no signal to another program that has the process id of the dead PostgreSQL server', async () => {
    await createInitializedCluster(dataDir)
    const otherProgram = spawn('sleep', ['600'])
    children.add(otherProgram)
    const data = join(dataDir, 'cluster', 'data')
    await writeFile(join(data, 'postmaster.pid'), `${otherProgram.pid}\n${data}\n0\n5432\n\n\n\nready\n`, {
      mode: 0o600,
    })
    await using next = await startPostgres({ dataDir, settings: quick })
    expect(next.pid).toBeGreaterThan(0)
    expect(await isRunning(otherProgram.pid ?? 0)).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('several programs on one directory', () => {
  test('exactly one of several simultaneous starts succeeds, and the errors of the other starts name the process that runs', async () => {
    const programs = Array.from({ length: 4 }, start)
    const outcomes = await Promise.all(programs.map(readOutcome))
    const winners = outcomes.filter((one) => one.problem === undefined)
    expect(winners).toHaveLength(1)
    const winner = programs[outcomes.findIndex((one) => one.problem === undefined)]
    for (const { problem } of outcomes)
      if (problem !== undefined) expect(problem).toContain(`process ${winner?.pid} on`)
    await insert(winners[0]?.url ?? '', [1])
  })

  test('the server has its own process group, so that Ctrl-C sends it no signal', async () => {
    await createInitializedCluster(dataDir)
    const child = start()
    const { pid } = await readOutcome(child)
    if (process.platform === 'linux') {
      expect(await readProcessGroup(pid)).not.toBe(await readProcessGroup(child.pid ?? 0))
      expect(await readlink(`/proc/${pid}/cwd`)).toBe(join(dataDir, 'cluster', 'data'))
    }
    await kill(child)
    await until(async () => !(await isRunning(pid)))
  })
})
