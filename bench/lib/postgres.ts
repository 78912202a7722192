import { mkdir, realpath } from 'node:fs/promises'
import { Client, escapeIdentifier } from 'pg'
import { freePort } from '../../conformance/lib/free-port.ts'
import { findBinaries } from '../../packages/postgres/src/binaries.ts'
import { DATABASE, openCluster, USER } from '../../packages/postgres/src/cluster.ts'
import { lockDirectory } from '../../packages/postgres/src/directory-lock.ts'
import { startPostmaster } from '../../packages/postgres/src/postmaster.ts'
import { chooseUser } from '../../packages/postgres/src/run-as.ts'
import { defaultSettings } from '../../packages/postgres/src/settings.ts'
import { type Placement, reseat } from './cores.ts'

/** PostgreSQL server of a run. Each server under test uses a separate database. */
export interface BenchPostgres extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  readonly user: string
  readonly password: string
  /**
   * Returns the connection string of a database over TCP. All servers under test use TCP, because Java does
   * not support Unix sockets.
   */
  url(database: string): string
  /** Creates a database. Returns false when the database already exists. */
  createDatabase(name: string): Promise<boolean>
  dropDatabase(name: string): Promise<void>
  /** Returns name and version of the server, such as `PostgreSQL 18.4`. */
  version(): Promise<string>
}

/**
 * Starts the embedded PostgreSQL of Headgate with its usual settings, but on a loopback TCP port and with
 * enough connections for several servers.
 */
export async function startBenchPostgres(dataDir: string, placement: Placement): Promise<BenchPostgres> {
  await using stack = new AsyncDisposableStack()
  const binaries = await findBinaries()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const directory = await realpath(dataDir)
  stack.use(await lockDirectory(directory))
  const runAs = await chooseUser(binaries.postgres, directory)
  const { data, password } = await openCluster({ directory, binaries, runAs, durable: true })
  const port = await freePort()
  const network = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' }
  const settings = { ...defaultSettings, ...network, max_connections: '200' }
  const options = { binaries, runAs, data, settings, log: () => undefined, startTimeoutMs: 60_000 }
  const postmaster = await startPostmaster(options)
  stack.defer(() => postmaster.stop())
  reseat(placement, 'rest', postmaster.pid)
  const url = (database: string): string => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`
  const lifetime = stack.move()
  return {
    pid: postmaster.pid,
    port,
    user: USER,
    password,
    url,
    createDatabase: (name) =>
      withClient(url(DATABASE), async (client) => {
        const found = await client.query('select 1 from pg_database where datname = $1', [name])
        if (found.rowCount !== 0) return false
        await client.query(`create database ${escapeIdentifier(name)}`)
        return true
      }),
    dropDatabase: (name) =>
      withClient(url(DATABASE), async (client) => {
        await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`)
      }),
    version: () =>
      withClient(url(DATABASE), async (client) => {
        const { rows } = await client.query<{ v: string }>(`select current_setting('server_version') as v`)
        return `PostgreSQL ${rows[0]?.v ?? ''}`
      }),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}

/**
 * Copies the database `from` to `to`. Replaces the database `to` if it exists. Fails if a client is connected
 * to `from`.
 */
export async function copyDatabase(postgres: BenchPostgres, from: string, to: string): Promise<void> {
  await postgres.dropDatabase(to)
  await withClient(postgres.url(DATABASE), async (client) => {
    await client.query(`create database ${escapeIdentifier(to)} template ${escapeIdentifier(from)}`)
  })
}

/** Calls `work` with a new database connection, and closes the connection afterwards. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
