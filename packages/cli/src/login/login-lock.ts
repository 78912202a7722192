import { open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { loginPath, makeFolder } from './login-file.ts'

/**
 * Age in ms after which a lock file is removed, because its process must have ended. It is longer than a token renewal
 * can take.
 */
const staleMs = 90_000
const waitMs = 100_000

/**
 * Runs a function while no other process uses the login. A rotating refresh token can be used only once, and the use
 * of an old refresh token can end the login for all processes (RFC 9700 section 4.14).
 *
 * @throws CliError when another process holds the lock for too long
 */
export async function withLoginLock<T>(folder: string, name: string, run: () => Promise<T>): Promise<T> {
  await makeFolder(folder)
  const path = `${loginPath(folder, name)}.lock`
  const mine = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}`
  const deadline = Date.now() + waitMs
  while (!(await tryLock(path, mine))) {
    if (Date.now() > deadline) {
      throw new CliError(
        exitCode.failed,
        `Another process holds the lock of the login ${name} for too long.`,
        {
          next: `If no such process runs, delete ${path}.`,
        },
      )
    }
    await removeStale(path)
    await setTimeout(30 + Math.random() * 40)
  }
  try {
    return await run()
  } finally {
    if ((await readContent(path)) === mine) await unlink(path).catch(() => undefined)
  }
}

async function tryLock(path: string, mine: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(mine)
    return true
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    if (code === 'EEXIST') return false
    throw new CliError(exitCode.usage, `${path} cannot be written (${code}).`, { cause })
  }
}

/**
 * Removes the lock file of a process that has ended. Renames the file first, so that only one of several processes can
 * remove it.
 */
async function removeStale(path: string): Promise<void> {
  const content = await readContent(path)
  const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
  if (content === undefined || (age < staleMs && !hasEnded(content))) return
  const away = `${path}.${randomBytes(6).toString('hex')}`
  await rename(path, away).catch(() => undefined)
  // If another process replaced the lock before the rename, this process restores the other lock.
  if ((await readContent(away)) !== content) await rename(away, path).catch(() => undefined)
  else await unlink(away).catch(() => undefined)
}

function hasEnded(content: string): boolean {
  const [host, pid] = content.split(' ')
  // A process writes the lock right after it creates the file, so a lock without content is not proof of an ended process.
  if (host !== hostname() || pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

async function readContent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
