import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { programEnvironment } from '@headgate/testkit'

/** The server as a person starts it: a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** Settles with the address of the `ready` line; rejects with what was printed when the process ended before. */
  readonly ready: Promise<string>
  /** Everything that was printed so far, both streams. */
  output(): string
  /** Whole lines of standard error. */
  log(): readonly string[]
  readonly pid: number
  kill(signal: NodeJS.Signals): Promise<number | null>
  readonly ended: Promise<number | null>
}

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

/** The same by `npm start`; the process is npm's. */
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
    if (!stream) throw new Error('the streams are piped')
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
