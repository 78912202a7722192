import { execFile } from 'node:child_process'
import { readFile, readdir, readlink, realpath, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { childEnvironment } from './child-environment.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './system-errors.ts'
import { isAlive } from './process-identity.ts'

const run = promisify(execFile)

/**
 * Steps to stop a server: the signals for fast shutdown, immediate shutdown (which needs crash recovery) and kill,
 * each with the time in ms to wait for the exit.
 */
const STEPS = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Stops a PostgreSQL server whose parent process has died. The caller must hold the lock of the directory, so that no
 * living process uses the server. Sends signals only to processes that are verified to be PostgreSQL on this data
 * directory. If another program has the recorded process id now, removes `postmaster.pid`, because PostgreSQL would
 * mistake that program for a running server.
 *
 * @throws {EmbeddedPostgresError} `in-use` if the server does not stop
 */
export async function stopOrphan(data: string, pgCtl: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number.parseInt((await unless(readFile(pidFile, 'utf8'), 'ENOENT')) ?? '', 10)
  if (!Number.isSafeInteger(pid) || pid <= 0) return
  if (process.platform === 'win32') {
    // On Windows, pg_ctl sends the signal over a named pipe that only a PostgreSQL server opens, so the process needs
    // no verification.
    const args = ['stop', '-D', data, '-m', 'fast', '-t', '20']
    await run(pgCtl, args, { env: childEnvironment() }).catch(() => undefined)
    return
  }
  for (const [signal, limit] of STEPS) {
    // Child processes of a killed server exit by themselves. The file postmaster.pid must not be removed before they
    // have exited.
    const left = await findServers(data, pid)
    if (left.length === 0) break
    if (left.includes(pid)) signalQuietly(pid, signal)
    for (const end = Date.now() + limit; Date.now() < end; await sleep(20)) {
      if ((await findServers(data, pid)).length === 0) break
    }
  }
  const left = await findServers(data, pid)
  if (left.length === 0) return await rm(pidFile, { force: true })
  const message = `A PostgreSQL server (process ${left.join(', ')}) uses ${data} and did not stop. Stop it, then start Headgate again.`
  throw new EmbeddedPostgresError('in-use', message)
}

/**
 * Returns the ids of all PostgreSQL processes that use the data directory. On systems other than Linux, checks only
 * the recorded process.
 */
async function findServers(data: string, recorded: number): Promise<readonly number[]> {
  if (process.platform !== 'linux') return (await isPostmaster(recorded, data)) ? [recorded] : []
  const home = await realpath(data)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => ((await isServerProcess(pid, home)) ? [pid] : [])))
  return found.flat()
}

async function isServerProcess(pid: number, home: string): Promise<boolean> {
  // The data directory is the working directory of every process of the server.
  if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) !== home) return false
  const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
  // Linux appends " (deleted)" if an upgrade removed the program file of the running server.
  return basename(program).replace(/ \(deleted\)$/, '') === 'postgres'
}

async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  const args = ['-ww', '-o', 'command=', '-p', String(pid)]
  const { stdout } = await run('/bin/ps', args, { env: childEnvironment() }).catch(() => ({ stdout: '' }))
  return /postgres/.test(stdout) && stdout.includes(` -D ${data} `)
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The process has exited, so the signal is not necessary.
  }
}
