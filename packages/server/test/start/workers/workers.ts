import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { testDatabase } from '@headgate/testkit'
import { type ServerProcess, startProcess } from '../process.ts'

/** A server with two workers and its own database, which needs no token. */
export interface WorkersServer extends AsyncDisposable {
  readonly process: ServerProcess
  readonly url: string
  send(method: string, path: string, body?: unknown): Promise<Response>
}

export async function startWorkersServer(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = ['--port', '0'],
): Promise<WorkersServer> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await testDatabase())
  const args = [...flags, '--workers', '2', '--data-dir', dataDir, '--insecure-anonymous']
  const server = stack.use(
    startProcess(args, {
      HEADGATE_DATABASE_URL: database.url,
      HEADGATE_MASTER_KEY: randomBytes(32).toString('base64'),
      ...env,
    }),
  )
  const url = await server.ready
  // The lines about workers are in another stream than the `ready` line, and may arrive later.
  while (startedWorkers(server).length < 2) await sleep(10)
  const owned = stack.move()
  return {
    process: server,
    url,
    send: (method, path, body) =>
      fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Configures this process as a primary: every process that it forks later is a worker. */
export function forkWorkers(): void {
  cluster.setupPrimary({
    exec: `${import.meta.dirname}/../../../src/start/workers/worker-main.ts`,
    args: ['--insecure-anonymous'],
    execArgv: ['--conditions=x-source'],
    silent: true,
    serialization: 'advanced',
  })
}

/** Returns the process ids of all workers that have started, in the order of their starts. */
export function startedWorkers(server: ServerProcess): readonly number[] {
  return server
    .log()
    .filter((line) => line.includes('"a worker serves"'))
    .map((line) => (JSON.parse(line) as { readonly pid: number }).pid)
}

/** Returns whether a process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !isZombie(pid)
}

/**
 * Returns whether a process has ended, but its parent has not read its exit status. The first process of a container
 * may never read the status of orphans.
 */
function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** One HTTP connection, whose requests are all served by the same worker. */
export class Connection implements Disposable {
  readonly #socket: Socket
  #read = ''
  #wake: () => void = () => undefined

  constructor(url: string) {
    const { protocol, hostname: host, port } = new URL(url)
    const at = { host, port: Number(port) }
    this.#socket = protocol === 'https:' ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at)
    this.#socket.setEncoding('utf8')
    this.#socket.on('error', () => undefined)
    this.#socket.on('data', (text: string) => {
      this.#read += text
      this.#wake()
    })
    this.#socket.on('close', () => this.#wake())
  }

  write(text: string): void {
    this.#socket.write(text)
  }

  /**
   * Removes and returns the received text up to and including `end`. Returns null when the connection ends before `end`
   * arrives.
   */
  async until(end: string): Promise<string | null> {
    for (;;) {
      const at = this.#read.indexOf(end)
      if (at >= 0) {
        const text = this.#read.slice(0, at + end.length)
        this.#read = this.#read.slice(at + end.length)
        return text
      }
      if (this.#socket.closed) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Returns whether the worker of the connection responds. */
  async isAlive(): Promise<boolean> {
    this.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return (await this.until('{"status":"live"}')) !== null
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
