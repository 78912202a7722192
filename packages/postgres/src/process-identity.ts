import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { unless } from './file-errors.ts'

const run = promisify(execFile)

/**
 * Names the set of processes that this one can see: process ids may be compared only inside it. On Linux this is the
 * boot of the kernel and the pid namespace, so a container on the same host is another machine.
 */
export async function machineIdentity(): Promise<string> {
  if (process.platform !== 'linux') return hostname()
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
  return `${boot.trim()}/${await readlink('/proc/self/ns/pid')}`
}

/**
 * When a process was started, as text that is equal for the same process and differs when its id has been used again;
 * undefined when there is no such process. Where the system does not tell (Windows), it is `unknown`.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await unless(readFile(`/proc/${pid}/stat`, 'utf8'), 'ENOENT', 'ESRCH')
    // The second field is the program's name in parentheses and may hold anything; state and start time follow it.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    // /proc may be hiding the processes of other users.
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

/** Whether the process exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
