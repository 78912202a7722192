import { execFile } from 'node:child_process'
import { readFile, readdir, readlink, realpath, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { childEnvironment } from './child-environment.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './file-errors.ts'
import { isAlive } from './process-identity.ts'

const run = promisify(execFile)

/** Fast shutdown; immediate shutdown, from which the next start recovers; by force. */
const STEPS = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Stops a server that outlived the process that had started it. Call with the directory locked: then whoever still
 * serves it belongs to nobody. A process is signalled only when it surely is PostgreSQL running on this very directory.
 * When the recorded process id meanwhile belongs to something else, only the record is removed, because PostgreSQL
 * itself would take that process for the server.
 */
export async function stopOrphan(data: string, pgCtl: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number.parseInt((await unless(readFile(pidFile, 'utf8'), 'ENOENT')) ?? '', 10)
  if (!Number.isSafeInteger(pid) || pid <= 0) return
  if (process.platform === 'win32') {
    // pg_ctl speaks to the server over a pipe that nothing but a PostgreSQL server opens.
    const args = ['stop', '-D', data, '-m', 'fast', '-t', '20']
    await run(pgCtl, args, { env: childEnvironment() }).catch(() => undefined)
    return
  }
  for (const [signal, limit] of STEPS) {
    // A server that was killed leaves its helpers for a moment: they go by themselves, but not before the record may.
    const left = await serversOf(data, pid)
    if (left.length === 0) break
    if (left.includes(pid)) signalQuietly(pid, signal)
    for (const end = Date.now() + limit; Date.now() < end; await sleep(20)) {
      if ((await serversOf(data, pid)).length === 0) break
    }
  }
  const left = await serversOf(data, pid)
  if (left.length === 0) return await rm(pidFile, { force: true })
  const message = `A PostgreSQL server (process ${left.join(', ')}) still serves ${data} and does not stop: stop it first.`
  throw new EmbeddedPostgresError('in-use', message)
}

/** The processes of PostgreSQL that live on this data directory; outside Linux only the recorded one is looked at. */
async function serversOf(data: string, recorded: number): Promise<readonly number[]> {
  if (process.platform !== 'linux') return (await isPostmaster(recorded, data)) ? [recorded] : []
  const home = await realpath(data)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => ((await livesIn(pid, home)) ? [pid] : [])))
  return found.flat()
}

async function livesIn(pid: number, home: string): Promise<boolean> {
  // Every process of the server works in its data directory.
  if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) !== home) return false
  const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
  // After an upgrade the program file of a running server is gone, which the system marks.
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
    // It went by itself.
  }
}
