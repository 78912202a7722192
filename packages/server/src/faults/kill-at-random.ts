import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { schema } from '../iceberg/test-tables.ts'
import type { Client } from './fault-lake.ts'
import { MainProcess } from './main-process.ts'
import { send } from './send.ts'
import type { Writer } from './writers.ts'

type Environment = Readonly<Record<string, string>>

/** `HEADGATE_FAULT_SECONDS` of work, killed about every third of them. */
export const given: string | undefined = process.env['HEADGATE_FAULT_SECONDS']
const seconds = Number(given ?? '7')
const kills = Math.max(5, Math.round(seconds / 3))
/** Of a test, ms. */
export const timeout: number = seconds * 3_000 + 90_000

/** Tables, and who works on them. */
export interface Team {
  readonly tables: readonly string[]
  writers(client: Client): readonly Writer[]
}

export interface KillOptions {
  /** Prepares what the tables need, through the first server. */
  prepare?(client: Client): Promise<unknown>
  /** Breaks something in place of the server. Called before every second kill. */
  breakOthers?(): Promise<void>
}

/** Lets clients work on a server that is killed and started again, and compares what they know with what is there. */
export async function killAtRandom(
  environment: Environment,
  team: Team,
  { prepare, breakOthers }: KillOptions = {},
): Promise<void> {
  await using servers = await Servers.start(environment)
  const { client } = servers
  await prepare?.(client)
  const create = (name: string): Promise<unknown> =>
    client.send('POST', 'namespaces/w/tables', { name, schema, properties: tidy })
  await client.send('POST', 'namespaces', { namespace: ['w'] })
  await Promise.all(team.tables.map(create))
  const writers = team.writers(client)
  let over = false
  const work = Promise.all(writers.map((writer) => writer.work(() => over)))
  for (let killed = 0; killed < kills; killed += 1) {
    await sleep(((seconds * 1_000) / kills) * Math.random())
    if (killed % 2 === 1) await breakOthers?.()
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
