import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { repositoryRoot } from './paths.ts'
import type { KeptProcess, ProcessKeeper } from './process-keeper.ts'
import { withoutOwnVariables } from './safe-env.ts'

/** Headgate server that runs from the sources of this repository. */
export interface HeadgateServer {
  /** Origin of the server, such as `http://127.0.0.1:8181`. */
  readonly origin: string
  /** S3 endpoint of the storage gateway, such as `http://127.0.0.1:8182`. */
  readonly s3Url: string
  /** Client id and client secret of the first administrator, separated by a colon. */
  readonly adminCredential: string
  readonly dataDir: string
  readonly process: KeptProcess
}

/** Returns the base URI of the Iceberg REST catalog, to which clients append `/v1/…`. */
export function catalogUri(server: Pick<HeadgateServer, 'origin'>): string {
  return server.origin
}

/** Returns the URI of the OAuth2 token endpoint. */
export function tokenUri(server: Pick<HeadgateServer, 'origin'>): string {
  return `${catalogUri(server)}/v1/oauth/tokens`
}

interface Ports {
  readonly catalog: number
  readonly s3: number
}

interface HeadgateOptions {
  readonly dataDir: string
  readonly log: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** Ports of the server. Set them when a server is restarted, so that its clients find it. Default: free ports. */
  readonly ports?: Ports
}

const startAttempts = 3

/**
 * Starts a server on a free port with its embedded store in `dataDir` and waits for its `ready` line. The first start
 * creates the database cluster, so the default of `timeoutMs` is large.
 */
export async function startHeadgate(
  keeper: ProcessKeeper,
  options: HeadgateOptions,
): Promise<HeadgateServer> {
  if (options.ports !== undefined) return tryStart(keeper, options, options.ports)
  for (let attempt = 1; ; attempt += 1) {
    const ports = { catalog: 0, s3: await freePort() }
    try {
      return await tryStart(keeper, options, ports)
    } catch (error) {
      // Another process may have taken the free port before the server could use it.
      const isTaken = readFileSync(options.log, 'utf8').includes(`Port ${ports.s3} is taken`)
      if (!isTaken || attempt === startAttempts) throw error
    }
  }
}

async function tryStart(
  keeper: ProcessKeeper,
  options: HeadgateOptions,
  ports: Ports,
): Promise<HeadgateServer> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  const child = keeper.start({
    name: 'headgate',
    command: process.execPath,
    args: [
      '--conditions=x-source',
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'packages/server/src/main.ts'),
      '--port',
      String(ports.catalog),
      '--s3-port',
      String(ports.s3),
      '--data-dir',
      options.dataDir,
    ],
    cwd: repositoryRoot,
    env: { ...withoutOwnVariables(), ...options.env },
    log: options.log,
    onLine: (line) => {
      if (line.startsWith('ready ')) resolve(line)
    },
  })
  const timeoutMs = options.timeoutMs ?? 90_000
  const timer = setTimeout(
    () => reject(new Error(`The server printed no "ready" line; see ${options.log}`)),
    timeoutMs,
  )
  const ended = child.exited.then((exit) => {
    throw new Error(`The server ended (${exit.signal ?? exit.code}) before it was ready; see ${options.log}`)
  })
  try {
    const line = await Promise.race([ready, ended])
    const url = /https?:\/\/[^\s"]+/.exec(line)?.[0]
    if (!url) throw new Error(`The "ready" line of the server contains no URL: ${line}`)
    return {
      origin: new URL(url).origin,
      s3Url: `http://127.0.0.1:${ports.s3}`,
      adminCredential: readFileSync(join(options.dataDir, 'admin-credential'), 'utf8').trim(),
      dataDir: options.dataDir,
      process: child,
    }
  } finally {
    clearTimeout(timer)
    ended.catch(() => {})
  }
}
