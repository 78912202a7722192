import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { programEnvironment } from '@headgate/testkit'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/**
 * Module that ends a child process when the channel to its parent closes, which happens at any end of the
 * parent.
 */
const leash = `data:text/javascript,${encodeURIComponent(
  `process.on('disconnect', () => process.exit(1)); process.channel.unref()`,
)}`

export interface MainProcessOptions {
  /** Path of `main.ts`, for example of another version. Default: `main.ts` of this version. */
  readonly program?: string
  /** URLs of modules that are loaded before the program. */
  readonly imports?: readonly string[]
}

/** The server program as a child process. */
export class MainProcess implements AsyncDisposable {
  /** URL of the server. */
  readonly url: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(child: ChildProcess, exited: Promise<unknown>, url: string) {
    this.#child = child
    this.#exited = exited
    this.url = url
  }

  /** Resolves when the server has printed that it is ready. */
  static async start(
    environment: Readonly<Record<string, string>>,
    options: MainProcessOptions = {},
  ): Promise<MainProcess> {
    const imports = [leash, ...(options.imports ?? [])].flatMap((url) => ['--import', url])
    const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning', ...imports]
    const child = spawn(process.execPath, [...flags, options.program ?? program], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: programEnvironment(environment),
    })
    const exited = once(child, 'exit')
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000)
    })
    if (child.stdout === null) throw new Error('the server process has no output stream')
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('ready ')) continue
      // Discards further output, so that the server does not wait for a reader.
      child.stdout.resume()
      return new MainProcess(child, exited, line.slice('ready '.length))
    }
    throw new Error(`The server did not start. Its output: ${said}`)
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#child.kill(signal)
    await this.#exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
