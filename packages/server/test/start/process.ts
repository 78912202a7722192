import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { programEnvironment } from '@headgate/testkit'

/** A server in a separate process, as an operator starts it. */
export interface ServerProcess extends AsyncDisposable {
  /**
   * Resolves with the URL of the `ready` line. Rejects with the output when the process ends before this
   * line.
   */
  readonly ready: Promise<string>
  /** Returns all lines of both streams until now. */
  output(): string
  /** Returns all lines of standard error until now. */
  log(): readonly string[]
  readonly pid: number
  /** Sends a signal, and waits for the end of the process. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Resolves with the exit code, or with null when a signal ended the process. */
  readonly ended: Promise<number | null>
}

/** Starts the server with its own program, without npm. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServerProcess {
  const main = `${import.meta.dirname}/../../src/main.ts`
  const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
  return watched(
    spawn(process.execPath, [...flags, main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: programEnvironment(env),
    }),
  )
}

/** Starts the server with `npm start`. The returned process is that of npm. */
export function startByNpm(args: readonly string[]): ServerProcess {
  return watched(
    spawn('npm', ['start', '--', ...args], {
      cwd: join(import.meta.dirname, '../../../..'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: programEnvironment(),
    }),
  )
}

function watched(child: ChildProcess): ServerProcess {
  const lines: string[] = []
  const log: string[] = []
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) throw new Error('The process has no pipe for its output.')
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      if (stream === child.stderr) log.push(line)
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length).trim())
    })
  }
  const ended = once(child, 'close').then(([code]) => {
    reject(new Error(`ended with ${String(code)}:\n${lines.join('\n')}`))
    return typeof code === 'number' ? code : null
  })
  ready.catch(() => undefined)
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return ended
  }
  return {
    ready,
    ended,
    kill,
    output: () => lines.join('\n'),
    log: () => log,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => void (await kill('SIGTERM')),
  }
}
