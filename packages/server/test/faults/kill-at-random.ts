import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import type { Client } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { send } from './send.ts'
import type { Writer } from './writers.ts'

type Environment = Readonly<Record<string, string>>

/** Total duration of the load in `HEADGATE_FAULT_SECONDS`. The server is killed about every third second. */
export const faultSeconds: string | undefined = process.env['HEADGATE_FAULT_SECONDS']
const seconds = Number(faultSeconds ?? '4')
const kills = Math.max(5, Math.round(seconds / 3))
/** Time limit of a test, ms. */
export const timeout: number = seconds * 3_000 + 90_000

/** Tables and the writers that change them. */
export interface Team {
  readonly tables: readonly string[]
  writers(client: Client): readonly Writer[]
}

export interface KillOptions {
  /** Creates the objects in which the tables are created, before the first kill. */
  prepare?(client: Client): Promise<unknown>
  /** Stops or breaks another process, such as the object store. Called before every second kill. */
  breakOthers?(): Promise<void>
}

/** Runs clients on a server that is killed and restarted, and compares their records with its state. */
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

/** Table properties that make the server delete old metadata files during the test. */
const tidy = {
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '2',
}

/** A sequence of `main.ts` processes. */
class Servers implements AsyncDisposable {
  /** Sends requests to the current process. */
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
