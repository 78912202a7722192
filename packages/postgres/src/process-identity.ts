import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { unless } from './system-errors.ts'

const run = promisify(execFile)

/**
 * Returns an id of the machine or container whose process ids this process can see. On Linux the id consists of the
 * boot id of the kernel and the PID namespace, so that a container on the same host counts as another machine.
 */
export async function machineIdentity(): Promise<string> {
  if (process.platform !== 'linux') return hostname()
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
  return `${boot.trim()}/${await readlink('/proc/self/ns/pid')}`
}

/**
 * Returns the start time of a process as text. A different start time shows that a process id was reused. Returns
 * undefined if the process does not exist, and `unknown` if the system does not provide the start time (Windows).
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await unless(readFile(`/proc/${pid}/stat`, 'utf8'), 'ENOENT', 'ESRCH')
    // The second field of `/proc/PID/stat` is the program name in parentheses, which may contain any character. So the
    // fields after it, with the state and the start time, are read from the last parenthesis.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    // The file can also be missing because /proc is mounted with the option hidepid, which hides processes of other
    // users.
    if (fields === undefined) return isAlive(pid) ? 'unknown' : undefined
    return fields[0] === 'Z' ? undefined : fields[19]
  }
  if (!isAlive(pid)) return undefined
  if (process.platform === 'win32') return 'unknown'
  try {
    const { stdout } = await run('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', TZ: 'UTC' },
    })
    return stdout.trim() === '' ? undefined : stdout.trim()
  } catch {
    return undefined
  }
}

/** Returns whether a process exists, even if another user owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
