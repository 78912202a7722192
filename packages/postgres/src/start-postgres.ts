import { access, constants, mkdir, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { lockDirectory } from './directory-lock.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { errorCode, unless } from './file-errors.ts'
import { stopOrphan } from './orphan.ts'
import { startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts'
import { chooseUser, handOver } from './run-as.ts'
import { defaultSettings, fixedSettings } from './settings.ts'
import { connectionUrl } from './connection-url.ts'
import { socketEndpoint, tcpEndpoint, temporarySocketEndpoint, type Endpoint } from './endpoint.ts'

export interface StartPostgresOptions {
  /** A directory of its own, created when missing. Nothing else may be kept in it. */
  readonly dataDir: string
  /** Gets each line that the server logs. */
  readonly log?: (line: string) => void
  /**
   * PostgreSQL settings that replace the defaults, for example `{ shared_buffers: '1GB' }`. `fsync: 'off'` is for
   * tests. `ssl` is always off.
   */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * `socket`: a Unix socket, reachable by this user only, and faster. `tcp`: a free port of 127.0.0.1, which every
   * user of this machine reaches, but for the password. Windows has TCP only.
   */
  readonly listen?: 'socket' | 'tcp'
  /** How long starting may take, crash recovery included. Milliseconds, 60 000 unless told. */
  readonly startTimeoutMs?: number
}

/** A PostgreSQL server of our own. Disposing of it stops the server and frees the directory. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string of its database, with the password: a secret. */
  readonly url: string
  /** Process id of the server. */
  readonly pid: number
  /** Settles when the server is gone, also when somebody else ended it. */
  readonly exited: Promise<void>
}

/** What a start may meet while the processes of a killed predecessor are still going away. */
const LEFT_BEHIND = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
/** The port was free a moment ago. */
const NO_PORT = /could not create any TCP\/IP sockets/
const NO_SOCKET = /could not (create|bind).*(Unix|socket)|Unix-domain socket path/

/**
 * Starts the embedded PostgreSQL on a directory: durable, reachable only from this machine and only with the password
 * kept in the directory. Whatever was killed before, and whenever, the next start recovers.
 *
 * @throws EmbeddedPostgresError with a sentence for the operator
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
  const runAs = await chooseUser(binaries.postgres, await ownedPath(directory))
  await handOver(runAs, directory)
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
    const message = `The data directory ${path} cannot be written by this user (${errorCode(cause)}): choose another one.`
    throw new EmbeddedPostgresError('not-permitted', message, { cause })
  }
}

/** The path whose owner decides who runs the server: the cluster when there is one. */
async function ownedPath(directory: string): Promise<string> {
  const cluster = join(directory, 'cluster')
  return (await unless(stat(cluster), 'ENOENT')) === undefined ? directory : cluster
}

interface Started {
  readonly postmaster: Postmaster
  readonly endpoint: Endpoint
}

async function start(options: PostmasterOptions, open: () => Promise<Endpoint>): Promise<Started> {
  const end = Date.now() + options.startTimeoutMs
  let endpoint = await open()
  for (;;) {
    try {
      const settings = { ...options.settings, ...endpoint.settings }
      return { postmaster: await startPostmaster({ ...options, settings }), endpoint }
    } catch (error) {
      const message = error instanceof EmbeddedPostgresError && Date.now() < end ? error.message : ''
      if (!LEFT_BEHIND.test(message)) {
        await endpoint[Symbol.asyncDispose]()
        if (NO_SOCKET.test(message) && endpoint.kind === 'local')
          endpoint = await temporarySocketEndpoint(options.runAs)
        else if (NO_PORT.test(message) && endpoint.kind === 'tcp') endpoint = await open()
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
  if (address === null || typeof address === 'string') throw new Error('No TCP port is free on 127.0.0.1.')
  return address.port
}
