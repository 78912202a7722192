import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { safeEnvironment } from './safe-env.ts'

/** Exit code or signal with which a process ended. `code` is null if a signal ended it. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface StartOptions {
  /** Short name of the process, for messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** Environment variables that are added to the safe environment. The value `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Path of the file to which standard output and standard error are written. */
  readonly log: string
  /** Called for each line of standard output. The lines are also written to the log unless `logLines` is false. */
  readonly onLine?: (line: string) => void
  readonly logLines?: boolean
}

/** Child process that leads its own process group. */
export interface KeptProcess {
  readonly name: string
  readonly pid: number
  readonly log: string
  readonly stdin: Writable
  readonly exited: Promise<ProcessExit>
  /** Returns how the process ended, or undefined while it runs. */
  exit(): ProcessExit | undefined
  /** Ends the process and its child processes with SIGTERM, and with SIGKILL if they still run after `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Starts child processes and ensures that none outlives this program, whether it returns, throws or is interrupted.
 * Each child leads a process group, so that Ctrl-C reaches only this program, and a child is ended together with the
 * processes that it started.
 *
 * @example
 * await using keeper = new ProcessKeeper()
 * const server = keeper.start({ name: 'minio', command: 'minio', args: ['server', dir], log: 'minio.log' })
 */
export class ProcessKeeper implements AsyncDisposable {
  readonly #running = new Set<KeptProcess>()
  #isStopping = false
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#isStopping = true
    console.error(`\n${signal}: ending ${this.#running.size} process(es)`)
    void this.stopAll().finally(() => process.exit(130))
  }
  readonly #onExit = (): void => {
    for (const child of this.#running) signalGroup(child.pid, 'SIGKILL')
  }

  constructor() {
    for (const signal of stopSignals) process.on(signal, this.#onSignal)
    process.on('exit', this.#onExit)
  }

  start(options: StartOptions): KeptProcess {
    // While the keeper stops all processes, it refuses to start another one, which would otherwise not be stopped.
    if (this.#isStopping) throw new Error(`${options.name} was not started, because this program is ending`)
    mkdirSync(dirname(options.log), { recursive: true })
    const log = openSync(options.log, 'a')
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: safeEnvironment(options.env),
      detached: true,
      stdio: ['pipe', options.onLine ? 'pipe' : log, log],
    })
    if (options.onLine && child.stdout) {
      const { onLine } = options
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (options.logLines !== false) writeSync(log, `${line}\n`)
        onLine(line)
      })
    }
    let ended: ProcessExit | undefined
    const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>()
    child.on('error', () => {})
    child.stdin?.on('error', () => {})
    if (child.pid === undefined || !child.stdin) {
      closeSync(log)
      throw new Error(`${options.name}: cannot start ${options.command}; is it installed?`)
    }
    const { pid, stdin } = child
    // The event "close" follows the last output, so no line is lost.
    child.once('close', (code, signal) => {
      ended = { code, signal }
      this.#running.delete(kept)
      closeSync(log)
      resolve(ended)
    })
    const kept: KeptProcess = {
      name: options.name,
      pid,
      log: options.log,
      stdin,
      exited,
      exit: () => ended,
      stop: async (graceMs = 10_000) => {
        if (ended) return
        signalGroup(pid, 'SIGTERM')
        const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs)
        await exited
        clearTimeout(timer)
      },
    }
    this.#running.add(kept)
    return kept
  }

  /** Starts a process and waits until it ends. Throws an error with the path of the log unless the exit code is 0. */
  async run(options: StartOptions & { readonly timeoutMs?: number }): Promise<void> {
    const exit = await this.runToExit(options)
    if (exit.code !== 0) {
      throw new Error(
        `${options.name} failed (${exit.signal ?? `exit code ${exit.code}`}); see ${options.log}`,
      )
    }
  }

  /** Starts a process and waits until it ends. Stops the process if it still runs after `timeoutMs`. */
  async runToExit(options: StartOptions & { readonly timeoutMs?: number }): Promise<ProcessExit> {
    const child = this.start(options)
    child.stdin.end()
    const timer = options.timeoutMs ? setTimeout(() => void child.stop(), options.timeoutMs) : undefined
    try {
      return await child.exited
    } finally {
      clearTimeout(timer)
    }
  }

  async stopAll(): Promise<void> {
    // Ends the newest process first, so that engines end before the servers that they use.
    for (const child of Array.from(this.#running).toReversed()) await child.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll()
    for (const signal of stopSignals) process.off(signal, this.#onSignal)
    process.off('exit', this.#onExit)
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The process group has already ended.
  }
}
