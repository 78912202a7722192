import { spawnSync } from 'node:child_process'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { FaultProxy } from '@headgate/testkit'
import { Client } from 'pg'
import { expect } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'

/** Tests kill processes and not the machine, so fsync is not necessary. */
const settings = { fsync: 'off', full_page_writes: 'off', wal_keep_size: '64MB' }

/**
 * A migrated primary with a standby, and a proxy that keeps its address when the standby is promoted. The standby is a
 * copy of the stopped primary and follows it by streaming replication.
 */
export class ReplicatedDatabase implements AsyncDisposable {
  readonly #directory: string
  readonly #front: FaultProxy
  readonly #replication: FaultProxy
  #primary: EmbeddedPostgres
  #standby: EmbeddedPostgres

  private constructor(
    directory: string,
    proxies: { readonly front: FaultProxy; readonly replication: FaultProxy },
    servers: { readonly primary: EmbeddedPostgres; readonly standby: EmbeddedPostgres },
  ) {
    this.#directory = directory
    this.#front = proxies.front
    this.#replication = proxies.replication
    this.#primary = servers.primary
    this.#standby = servers.standby
  }

  static async start(): Promise<ReplicatedDatabase> {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-faults-db-'))
    const [own, copy] = [join(directory, 'primary'), join(directory, 'standby')]
    const first = await start(own)
    await migrate({ url: first.url, migrations })
    await first[Symbol.asyncDispose]()
    copyDirectory(own, copy)
    const primary = await start(own)
    const { port, password, username } = new URL(primary.url)
    const front = await FaultProxy.start({ port: Number(port) })
    const replication = await FaultProxy.start({ port: Number(port) })
    await writeFile(join(copy, 'cluster', 'data', 'standby.signal'), '')
    const standby = await start(copy, {
      primary_conninfo: `host=127.0.0.1 port=${replication.port} user=${username} password=${password}`,
    })
    return new ReplicatedDatabase(directory, { front, replication }, { primary, standby })
  }

  /** Returns the connection string of the current primary. */
  get url(): string {
    return withPort(this.#primary.url, this.#front.port)
  }

  /** Waits until the standby has all changes of the primary. */
  async caughtUp(): Promise<void> {
    const [row] = await ask(this.#primary.url, 'select pg_current_wal_flush_lsn()::text as lsn')
    const behind = `select coalesce(pg_last_wal_replay_lsn() < '${String(row?.['lsn'])}', true) as behind`
    await expect
      .poll(async () => (await ask(this.#standby.url, behind))[0], { timeout: 20_000 })
      .toEqual({ behind: false })
  }

  /** Stops replication from the primary to the standby. */
  cutReplication(): void {
    this.#replication.faults = { refuse: true }
    this.#replication.resetAll()
  }

  /**
   * Kills the primary and promotes the standby. `inspect` is called with the new primary before any server
   * reaches it.
   */
  async failOver(inspect: (url: string) => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#front.faults = { refuse: true }
    process.kill(this.#primary.pid, 'SIGKILL')
    await this.#primary.exited
    this.#front.resetAll()
    await ask(this.#standby.url, 'select pg_promote(true, 30)')
    await inspect(this.#standby.url)
    this.#lead(this.#standby.url)
  }

  /** Runs `work` and then restores the former state of the primary, as from a backup. */
  async loseChanges(work: () => Promise<void>): Promise<void> {
    const [own, backup] = [join(this.#directory, 'primary'), join(this.#directory, 'backup')]
    await this.#primary[Symbol.asyncDispose]()
    copyDirectory(own, backup)
    await this.#restart(own)
    await work()
    await this.#primary[Symbol.asyncDispose]()
    await rm(own, { recursive: true, force: true })
    await rename(backup, own)
    await this.#restart(own)
  }

  async #restart(directory: string): Promise<void> {
    this.#primary = await start(directory)
    this.#lead(this.#primary.url)
  }

  #lead(url: string): void {
    this.#front.redirect(Number(new URL(url).port))
    this.#front.faults = {}
    this.#front.resetAll()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [this.#front, this.#replication, this.#standby, this.#primary])
      await part[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

function start(dataDir: string, more: Readonly<Record<string, string>> = {}): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir, listen: 'tcp', settings: { ...settings, ...more } })
}

/** Copies owners and modes too, because PostgreSQL refuses a directory that other users may read. */
function copyDirectory(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The data directory was not copied: ${stderr}`)
}

function withPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.port = String(port)
  return url.href
}

async function ask(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
