import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { send, type TimedResponse } from './send.ts'
import type { Json } from '@headgate/json'
import { programEnvironment } from '@headgate/testkit'

export type ToProgram =
  | { readonly type: 'open'; readonly environment: Readonly<Record<string, string>> }
  | { readonly type: 'release'; readonly request: string }
export type ToParent =
  { readonly type: 'open'; readonly url: string } | { readonly type: 'reached'; readonly request: string }

const program = fileURLToPath(new URL('stopping-server.ts', import.meta.url))
const patience = 20_000

/** A `stopping-server.ts` process. It loads immediately, and opens its ports on request. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #opened = Promise.withResolvers<string>()
  readonly #reached = new Map<string, PromiseWithResolvers<void>>()
  readonly #stood = new Map<string, number>()
  #url = ''

  constructor() {
    const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
    this.#child = spawn(process.execPath, [...flags, program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: programEnvironment(),
    })
    this.#exited = once(this.#child, 'exit')
    this.#opened.promise.catch(() => undefined)
    void this.#exited.then(() => this.#opened.reject(new Error('the server ended while it was starting')))
    this.#child.on('message', (message: ToParent) => {
      if (message.type === 'open') this.#opened.resolve(message.url)
      else this.#arrived(message.request)
    })
  }

  async open(environment: Readonly<Record<string, string>>): Promise<void> {
    this.#send({ type: 'open', environment })
    this.#url = await within(this.#opened.promise, 'the server did not open')
  }

  /** Returns the URL of the server. */
  get url(): string {
    return this.#url
  }

  /** Sends a request. Returns null when the server exited without a response. */
  send(
    method: string,
    path: string,
    body?: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TimedResponse | null> {
    return send(this.#url, method, path, body, headers)
  }

  /** Resolves when the request with this `x-request-id` has reached its step. */
  async reached(request: string): Promise<void> {
    await within(this.#getStop(request).promise, `request ${request} did not reach its step`)
  }

  /** Returns how many times a request has stopped at a step of its `x-test-stop` header. */
  stood(request: string): number {
    return this.#stood.get(request) ?? 0
  }

  /** Continues a request that waits at its step. */
  release(request: string): void {
    this.#send({ type: 'release', request })
  }

  /** Kills the server with SIGKILL, so that it completes nothing and cleans up nothing. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #send(message: ToProgram): void {
    this.#child.send(message)
  }

  #arrived(request: string): void {
    this.#stood.set(request, this.stood(request) + 1)
    this.#getStop(request).resolve()
  }

  #getStop(request: string): PromiseWithResolvers<void> {
    const stop = this.#reached.get(request) ?? Promise.withResolvers<void>()
    this.#reached.set(request, stop)
    return stop
  }
}

async function within<T>(work: Promise<T>, otherwise: string): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${otherwise} within ${patience} ms`)), patience)
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
