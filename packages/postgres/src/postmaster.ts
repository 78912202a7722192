import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { runProgram } from './run-program.ts'
import type { Binaries } from './binaries.ts'
import type { RunAs } from './run-as.ts'
import { toArguments } from './settings.ts'
import { startWatchdog } from './watchdog.ts'

/** Options of {@link startPostmaster}. */
export interface PostmasterOptions {
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly data: string
  readonly settings: Readonly<Record<string, string>>
  /** Called with each line of the server log. */
  readonly log: (line: string) => void
  /** Time limit for the start of the server, in ms. */
  readonly startTimeoutMs: number
}

/** A running PostgreSQL server process. */
export interface Postmaster {
  readonly pid: number
  /** Resolves when the process has exited, for any reason. */
  readonly exited: Promise<void>
  /** Closes all connections and shuts the server down. Kills the server if it does not shut down in time. */
  stop(): Promise<void>
}

const POLL_MS = 10
/**
 * Steps to stop the server: the signals for fast shutdown, immediate shutdown and kill, each with the time in ms to
 * wait for the exit.
 */
const STOP_STEPS = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Starts a PostgreSQL server and waits until it accepts connections. This time includes crash recovery.
 *
 * @throws {EmbeddedPostgresError} `start-failed` with the last lines of the server log
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { runAs, binaries, data, settings } = options
  const lines: string[] = []
  const child = runAs.spawn(binaries.postgres, ['-D', data, ...toArguments(settings)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
    // The server gets a separate process group, so that Ctrl-C signals only this process, which then shuts the server
    // down cleanly.
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
  const problem = await waitUntilReady(child, data, options.startTimeoutMs)
  if (problem === undefined) {
    // The server must not keep the event loop of this process alive.
    child.unref()
    if (child.stderr instanceof Socket) child.stderr.unref()
    return postmaster
  }
  await postmaster.stop()
  throw new EmbeddedPostgresError(
    'start-failed',
    `PostgreSQL ${problem}. The last lines of its log:\n${lines.join('\n')}`,
  )
}

function supervise(child: ChildProcess, exited: Promise<void>, options: PostmasterOptions): Postmaster {
  const pid = child.pid ?? 0
  const watchdog = pid === 0 ? undefined : startWatchdog(pid)
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
      // The process is referenced again, because `exited` must settle. It settles only when all child processes of the
      // server have closed the log.
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

/**
 * Waits until the file `postmaster.pid` contains the state `ready`. Returns undefined if the server is ready, or the
 * reason why the start failed.
 */
async function waitUntilReady(
  child: ChildProcess,
  data: string,
  timeoutMs: number,
): Promise<string | undefined> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(POLL_MS)) {
    if (child.pid === undefined) return 'could not be run'
    if (child.exitCode !== null) return `exited with code ${child.exitCode} during the start`
    if (child.signalCode !== null) return `was stopped by ${child.signalCode} during the start`
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
