import { access, constants, mkdir, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AsyncDisposableStack } from '@whatwg-node/disposablestack'
import { findBinaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { lockDirectory } from './directory-lock.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { errorCode, unless } from './system-errors.ts'
import { stopOrphan } from './stop-orphan.ts'
import { startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts'
import { chooseUser, changeOwner } from './run-as.ts'
import { defaultSettings, fixedSettings } from './settings.ts'
import { connectionUrl } from './connection-url.ts'
import { socketEndpoint, tcpEndpoint, temporarySocketEndpoint, type Endpoint } from './endpoint.ts'

/** Options of {@link startPostgres}. */
export interface StartPostgresOptions {
  /**
   * Directory for the database cluster, the lock file and the socket. It is created if it does not exist. It must not
   * contain other files.
   */
  readonly dataDir: string
  /** Called with each line of the server log. */
  readonly log?: (line: string) => void
  /**
   * PostgreSQL settings that replace the defaults, for example `{ shared_buffers: '1GB' }`. Use `fsync: 'off'` only in
   * tests. `ssl` is always off.
   */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * Kind of the address on which the server listens. `socket`: a Unix socket that only this user can open, and which
   * is faster. `tcp`: a free port of 127.0.0.1, to which every user of this machine can connect, so that only the
   * password protects it. Windows supports only `tcp`. Default: `socket`.
   */
  readonly listen?: 'socket' | 'tcp'
  /** Time limit for the start of the server in ms, including crash recovery. Default: 60,000. */
  readonly startTimeoutMs?: number
}

/** A running embedded server. Disposing of it stops the server and releases the lock of the directory. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string of the database. It contains the password. */
  readonly url: string
  /** Process id of the PostgreSQL server. */
  readonly pid: number
  /** Resolves when the server has exited, even if another program stopped it. */
  readonly exited: Promise<void>
}

/** Messages of PostgreSQL if processes of a killed earlier server are still exiting. The start is then retried. */
const STILL_EXITING = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
/** Message of PostgreSQL if another program has taken the chosen port in the meantime. */
const PORT_TAKEN = /could not create any TCP\/IP sockets/
/** Messages of PostgreSQL if the file system does not support sockets, or the socket path is too long. */
const SOCKET_REFUSED = /could not (create|bind).*(Unix|socket)|Unix-domain socket path/

/**
 * Starts the embedded PostgreSQL on a directory. The server is durable and listens only on this machine, with a
 * password that is stored in the directory. Recovers if an earlier start or server was killed at any time.
 *
 * @throws {EmbeddedPostgresError} with a message for the operator
 * @example
 * ```ts
 * await using postgres = await startPostgres({ dataDir: '.headgate/postgres' })
 * const pool = new pg.Pool({ connectionString: postgres.url })
 * ```
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  await using stack = new AsyncDisposableStack()
  const binaries = await findBinaries()
  const directory = await prepareDirectory(options.dataDir)
  stack.use(await lockDirectory(directory))
  const runAs = await chooseUser(binaries.postgres, await findOwnedPath(directory))
  await changeOwner(runAs, directory)
  const settings = { ...defaultSettings, ...options.settings, ...fixedSettings }
  const durable = settings['fsync'] !== 'off'
  const { data, password } = await openCluster({ directory, binaries, runAs, durable })
  await stopOrphan(data, binaries.pgCtl)
  const { startTimeoutMs = 60_000, log = () => undefined } = options
  const server = { binaries, runAs, data, settings, log, startTimeoutMs }
  const tcp = options.listen === 'tcp' || process.platform === 'win32'
  const open = async (): Promise<Endpoint> =>
    tcp ? tcpEndpoint(await freePort()) : await socketEndpoint(directory, runAs)
  const { postmaster, endpoint } = await start(server, open)
  stack.use(endpoint)
  stack.defer(async () => await postmaster.stop())
  const lifetime = stack.move()
  return {
    url: connectionUrl(password, endpoint.authority),
    pid: postmaster.pid,
    exited: postmaster.exited,
    [Symbol.asyncDispose]: async () => await lifetime.disposeAsync(),
  }
}

async function prepareDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return await realpath(path)
  } catch (cause) {
    const message = `The data directory ${path} cannot be written by this user (${errorCode(cause)}). Use another directory.`
    throw new EmbeddedPostgresError('not-permitted', message, { cause })
  }
}

/**
 * Returns the path whose owner must run the server: the cluster directory if it exists, otherwise the data directory.
 */
async function findOwnedPath(directory: string): Promise<string> {
  const cluster = join(directory, 'cluster')
  return (await unless(stat(cluster), 'ENOENT')) === undefined ? directory : cluster
}

interface StartedServer {
  readonly postmaster: Postmaster
  readonly endpoint: Endpoint
}

/**
 * Starts the server. If PostgreSQL cannot listen on an endpoint, retries with another endpoint until the time limit.
 */
async function start(options: PostmasterOptions, open: () => Promise<Endpoint>): Promise<StartedServer> {
  const end = Date.now() + options.startTimeoutMs
  let endpoint = await open()
  for (;;) {
    try {
      const settings = { ...options.settings, ...endpoint.settings }
      return { postmaster: await startPostmaster({ ...options, settings }), endpoint }
    } catch (error) {
      const message = error instanceof EmbeddedPostgresError && Date.now() < end ? error.message : ''
      if (!STILL_EXITING.test(message)) {
        await endpoint[Symbol.asyncDispose]()
        if (SOCKET_REFUSED.test(message) && endpoint.kind === 'local')
          endpoint = await temporarySocketEndpoint(options.runAs)
        else if (PORT_TAKEN.test(message) && endpoint.kind === 'tcp') endpoint = await open()
        else throw error
      }
      await sleep(100)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string')
    throw new Error(
      'PostgreSQL cannot start, because no TCP port is free on 127.0.0.1. Stop other programs that listen there.',
    )
  return address.port
}
