import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { runProgram } from './run-program.ts'
import type { Binaries } from './binaries.ts'
import type { RunAs } from './run-as.ts'
import { settingArguments } from './settings.ts'
import { watch } from './watchdog.ts'

export interface PostmasterOptions {
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly data: string
  readonly settings: Readonly<Record<string, string>>
  /** Gets each line that the server logs. */
  readonly log: (line: string) => void
  readonly startTimeoutMs: number
}

/** A running server process. */
export interface Postmaster {
  readonly pid: number
  /** Settles when the process is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** Ends all connections and shuts the server down cleanly; by force when it does not react. */
  stop(): Promise<void>
}

const POLL_MS = 10
const STOP_STEPS = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Starts the server and waits until it accepts connections, crash recovery included.
 *
 * @throws EmbeddedPostgresError `start-failed` with the last lines of its log
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { runAs, binaries, data, settings } = options
  const lines: string[] = []
  const child = runAs.spawn(binaries.postgres, ['-D', data, ...settingArguments(settings)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
    // A process group of its own: Ctrl-C must reach us, who then stop the server in good order.
    detached: process.platform !== 'win32',
  })
  readLines(child, (line) => {
    lines.push(line)
    if (lines.length > 20) lines.shift()
    options.log(line)
  })
  const { promise: exited, resolve } = Promise.withResolvers<void>()
  child.on('error', (error) => {
    lines.push(error.message)
    resolve()
  })
  child.on('close', () => resolve())
  const postmaster = supervise(child, exited, options)
  const problem = await untilReady(child, data, options.startTimeoutMs)
  if (problem === undefined) {
    // The server must not keep this program alive; whoever needs it disposes of it.
    child.unref()
    if (child.stderr instanceof Socket) child.stderr.unref()
    return postmaster
  }
  await postmaster.stop()
  throw new EmbeddedPostgresError('start-failed', `PostgreSQL ${problem}. It said:\n${lines.join('\n')}`)
}

function supervise(child: ChildProcess, exited: Promise<void>, options: PostmasterOptions): Postmaster {
  const pid = child.pid ?? 0
  const watchdog = pid === 0 ? undefined : watch(pid)
  let running = pid !== 0
  const settle = async (): Promise<void> => {
    await exited
    running = false
    watchdog?.[Symbol.dispose]()
  }
  void settle()
  const signal = async (name: (typeof STOP_STEPS)[number][0]): Promise<void> => {
    if (process.platform !== 'win32' || name === 'SIGKILL') child.kill(name)
    else {
      const mode = name === 'SIGINT' ? 'fast' : 'immediate'
      const args = ['stop', '-D', options.data, '-m', mode, '-W']
      await runProgram(options.runAs, options.binaries.pgCtl, args).catch(() => undefined)
    }
  }
  return {
    pid,
    exited,
    async stop() {
      // The end is known when the log is closed, which the last of its processes may do after the server itself is gone.
      child.ref()
      if (child.stderr instanceof Socket) child.stderr.ref()
      for (const [name, limit] of STOP_STEPS) {
        if (!running) return
        await signal(name)
        await Promise.race([exited, sleep(limit, undefined, { ref: false })])
      }
    },
  }
}

/** Waits for the line in which the server announces its state; the reason when it will not come. */
async function untilReady(child: ChildProcess, data: string, timeoutMs: number): Promise<string | undefined> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(POLL_MS)) {
    if (child.pid === undefined) return 'cannot be run'
    if (child.exitCode !== null) return `ended with exit code ${child.exitCode} while starting`
    if (child.signalCode !== null) return `was ended by ${child.signalCode} while starting`
    const state = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
    const [pid, , , , , , , status] = state.split('\n')
    if (status?.trim() === 'ready' && Number(pid) === child.pid) return undefined
  }
  return `was not ready after ${timeoutMs} ms`
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = (parts.pop() ?? '').slice(-65_536)
    for (const line of parts) onLine(line)
  })
}
