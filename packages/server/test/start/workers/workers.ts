import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { testDatabase } from '@headgate/testkit'
import { type ServerProcess, startProcess } from '../process.ts'

/** A server of several processes on a database of its own, where everybody may do everything. */
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
  // They are told of in another stream, which may be read later.
  while (servedBy(server).length < 2) await sleep(10)
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

/** What this process forks from now on are workers, for whom it is the primary. */
export function forkWorkers(): void {
  cluster.setupPrimary({
    exec: `${import.meta.dirname}/../../../src/start/workers/worker-main.ts`,
    args: ['--insecure-anonymous'],
    execArgv: ['--conditions=x-source'],
    silent: true,
    serialization: 'advanced',
  })
}

/** Process ids of the workers that have served so far, in that order. */
export function servedBy(server: ServerProcess): readonly number[] {
  return server
    .log()
    .filter((line) => line.includes('"a worker serves"'))
    .map((line) => (JSON.parse(line) as { readonly pid: number }).pid)
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !hasEnded(pid)
}

/** It ended and nobody has asked how, which the first process of a container may never do for those whose parents went. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** One connection, which stays with one worker. */
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

  /** What has arrived since the last time, up to `end`; null: the connection ended before. */
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

  /** Whether its worker answers. */
  async isAlive(): Promise<boolean> {
    this.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return (await this.until('{"status":"live"}')) !== null
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
