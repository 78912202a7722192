import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough, Writable } from 'node:stream'
import { type Json, parse } from '@headgate/json'
import { programEnvironment } from '@headgate/testkit'
import type { ExitCode } from '../src/exit-code.ts'
import { run } from '../src/run.ts'

/** Result of one run of the command line: its exit code and its output. */
export interface RunResult {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
  /** Standard output, parsed as one JSON document. */
  readonly json: Json
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Input of the user. If it is set, the streams count as terminals. */
  readonly terminal?: string
  /** Called with each text on standard error while the command runs. */
  readonly onError?: (text: string) => void
}

/** Function that runs the command line in this process. */
export type Headgate = (args: readonly string[], options?: RunOptions) => Promise<RunResult>

/** Issuer in the configuration of the test server. No identity provider runs at this URL. */
export const testIssuer = 'https://idp.example/realms/a'

/** Running server with its own data, and a function that runs commands with the credential of its administrator. */
export interface TestHeadgate extends AsyncDisposable {
  readonly url: string
  /** Temporary folder with the data of the server in `data`. */
  readonly directory: string
  readonly headgate: Headgate
}

export async function testHeadgate(variables: NodeJS.ProcessEnv = {}): Promise<TestHeadgate> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-cli-'))
  const server = spawnSource(
    join(dirname(createRequire(import.meta.url).resolve('@headgate/server')), '../src/main.ts'),
    ['--port=0', '--audit-reads=store', `--data-dir=${join(directory, 'data')}`],
    { HEADGATE_ISSUERS: JSON.stringify([{ issuer: testIssuer, audience: 'headgate' }]), ...variables },
  )
  const url = await readyUrl(server)
  const env = { HEADGATE_URL: url, HEADGATE_DATA_DIR: join(directory, 'data') }
  return {
    url,
    directory,
    headgate: (args, options = {}) =>
      runHere(args, directory, { ...options, env: { ...env, ...options.env } }),
    async [Symbol.asyncDispose]() {
      await stop(server)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Starts a TypeScript file of this repository with the current Node.js. */
export function spawnSource(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
  return spawn(process.execPath, [...flags, file, ...args], {
    env: programEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits until the server prints the line `ready URL`, and returns the URL. */
export async function readyUrl(server: ChildProcess): Promise<string> {
  if (server.stdout === null || server.stderr === null) throw new Error('the server has no output')
  let log = ''
  server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  for await (const line of createInterface({ input: server.stdout })) {
    const [, url] = /^ready (\S+)$/.exec(line) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`the server did not start:\n${log}`)
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Runs the command line in this process, with its own folder and environment. */
export async function runHere(
  args: readonly string[],
  cwd: string,
  { env = {}, terminal, onError }: RunOptions,
): Promise<RunResult> {
  const isTTY = terminal !== undefined
  const stdin = Object.assign(new PassThrough(), { isTTY })
  stdin.end(terminal)
  const stdout = new Collector(isTTY)
  const stderr = new Collector(isTTY, onError)
  // Without HEADGATE_CONFIG_DIR, the tests would read the profiles of the user who runs them.
  const own = { HEADGATE_CONFIG_DIR: join(cwd, 'config'), ...env }
  const code = await run({ args, env: own, cwd, stdin, stdout, stderr })
  return {
    code,
    out: stdout.text,
    err: stderr.text,
    get json() {
      return parse(stdout.text)
    },
  }
}

class Collector extends Writable {
  readonly isTTY: boolean
  text = ''

  readonly #onText: ((text: string) => void) | undefined

  constructor(isTTY: boolean, onText?: (text: string) => void) {
    super()
    this.isTTY = isTTY
    this.#onText = onText
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.#onText?.(chunk.toString())
    done()
  }
}
