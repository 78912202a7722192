import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { expect } from 'vitest'

/** A database server that can be stopped or killed, and restarts at the same address. */
export class Database implements AsyncDisposable {
  readonly #directory: string
  #postgres: EmbeddedPostgres

  private constructor(directory: string, postgres: EmbeddedPostgres) {
    this.#directory = directory
    this.#postgres = postgres
  }

  static async start(): Promise<Database> {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-faults-db-'))
    return new Database(directory, await Database.#open(directory))
  }

  /** Opens the database without fsync, because tests kill processes and not the machine. */
  static #open(dataDir: string): Promise<EmbeddedPostgres> {
    return startPostgres({ dataDir, settings: { fsync: 'off', full_page_writes: 'off' } })
  }

  get url(): string {
    return this.#postgres.url
  }

  async restart(how: 'stopped' | 'killed'): Promise<void> {
    const { url, pid, exited } = this.#postgres
    if (how === 'killed') {
      process.kill(pid, 'SIGKILL')
      await exited
    }
    await this.#postgres[Symbol.asyncDispose]()
    this.#postgres = await Database.#open(this.#directory)
    expect(this.#postgres.url).toBe(url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#postgres[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
