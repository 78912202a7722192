import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { schema } from '../iceberg/test-tables.ts'
import { statement } from '../store/sql.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { type Client, faultPlace } from './fault-lake.ts'
import { MainProcess } from './main-process.ts'
import { send } from './send.ts'
import { appender, mover, type Writer } from './writers.ts'

type Environment = Readonly<Record<string, string>>

/** `HEADGATE_FAULT_SECONDS` of work, killed about every third of them. */
const given = process.env['HEADGATE_FAULT_SECONDS']
const seconds = Number(given ?? '7')
const kills = Math.max(5, Math.round(seconds / 3))
const timeout = seconds * 3_000 + 90_000

test(
  'a server that is killed at random moments under load loses nothing and refuses nothing wrongly',
  { timeout },
  async () => {
    await using place = await faultPlace()
    await killAtRandom(place.environment(), mixed)
    await checkLeftovers(place)
  },
)

test(
  'nor does one with many writers of different tables, whose commits share statements',
  { timeout },
  async () => {
    await using place = await faultPlace()
    let shared = 0
    const working = new AbortController()
    const watching = (async () => {
      for (; !working.signal.aborted; await sleep(5)) shared += (await place.sql.run(sharing)).length
    })()
    await killAtRandom(place.environment(), many).finally(() => working.abort())
    await watching
    expect(shared).toBeGreaterThan(0)
    await checkLeftovers(place)
  },
)

test.skipIf(given === undefined)(
  'nor does one with the database that it brings along',
  { timeout },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-faults-'))
    try {
      const environment = {
        HEADGATE_DATA_DIR: directory,
        HEADGATE_DEFAULT_WAREHOUSE: 'lakehouse',
        HEADGATE_INSECURE_ANONYMOUS: 'true',
        HEADGATE_PORT: '0',
        HEADGATE_AUDIT_READS: 'off',
        HEADGATE_LOG_LEVEL: 'fatal',
      }
      await killAtRandom(environment, mixed)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)

/** Tables, and who works on them. */
interface Team {
  readonly tables: readonly string[]
  writers(client: Client): readonly Writer[]
}

const mixed: Team = {
  tables: ['a', 'b', 'c', 'd', 'e', 'f1', 'f2', 'g1', 'g2'],
  writers: (client) => [
    appender(client, ['a'], true),
    appender(client, ['b'], true),
    appender(client, ['c'], true),
    appender(client, ['d'], false),
    appender(client, ['e'], false),
    appender(client, ['f1', 'f2'], true),
    appender(client, ['g1', 'g2'], false),
    mover(client, 'h'),
  ],
}

const manyTables = Array.from({ length: 24 }, (_, n) => `m${n}`)
const many: Team = {
  tables: manyTables,
  writers: (client) => manyTables.map((name, n) => appender(client, [name], n % 3 !== 0)),
}

/** Connections whose last statement moved several tables. */
const sharing = statement(
  'fault_sharing',
  `select from pg_stat_activity
   where query like '%for no key update skip locked%' and datname = current_database() and pid <> pg_backend_pid()`,
)

/** Lets clients work on a server that is killed and started again, and compares what they know with what is there. */
async function killAtRandom(environment: Environment, team: Team): Promise<void> {
  await using servers = await Servers.start(environment)
  const { client } = servers
  const create = (name: string): Promise<unknown> =>
    client.send('POST', 'namespaces/w/tables', { name, schema, properties: tidy })
  await client.send('POST', 'namespaces', { namespace: ['w'] })
  await Promise.all(team.tables.map(create))
  const writers = team.writers(client)
  let over = false
  const work = Promise.all(writers.map((writer) => writer.work(() => over)))
  for (let killed = 0; killed < kills; killed += 1) {
    await sleep(((seconds * 1_000) / kills) * Math.random())
    await servers.killAndRestart()
  }
  await sleep(500)
  await expect.poll(() => writers.every(({ acknowledged }) => acknowledged > 0)).toBe(true)
  over = true
  await work
  expect(writers.flatMap(({ complaints }) => complaints)).toEqual([])
  for (const writer of writers) {
    await writer.check()
  }
  await servers.stop()
}

/** So that files are deleted too while the server is killed. */
const tidy = {
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '2',
}

/** One `main.ts` after another. */
class Servers implements AsyncDisposable {
  /** Talks to whichever runs at the time. */
  readonly client: Client = { send: (...request) => send(this.#main.url, ...request) }
  readonly #environment: Environment
  #main: MainProcess

  private constructor(environment: Environment, main: MainProcess) {
    this.#environment = environment
    this.#main = main
  }

  static async start(environment: Environment): Promise<Servers> {
    return new Servers(environment, await MainProcess.start(environment))
  }

  async killAndRestart(): Promise<void> {
    await this.#main.end('SIGKILL')
    this.#main = await MainProcess.start(this.#environment)
  }

  async stop(): Promise<void> {
    await this.#main.end('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#main[Symbol.asyncDispose]()
  }
}
