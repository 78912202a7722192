import { open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { loginPath, makeFolder } from './login-file.ts'

/** Longer than any renewal takes. */
const STALE_MS = 90_000
const WAIT_MS = 100_000

/**
 * Runs something as the only process that works on a login: refresh tokens that rotate can be used once, and whoever
 * uses an old one may end the login for all (RFC 9700 section 4.14).
 *
 * @throws CliError when another process holds it for too long
 */
export async function withLoginLock<T>(folder: string, name: string, run: () => Promise<T>): Promise<T> {
  await makeFolder(folder)
  const path = `${loginPath(folder, name)}.lock`
  const mine = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}`
  const deadline = Date.now() + WAIT_MS
  while (!(await taken(path, mine))) {
    if (Date.now() > deadline) {
      throw new CliError(
        exitCode.failed,
        `Another process has been renewing the login ${name} for too long.`,
        {
          next: `If there is none, delete ${path}.`,
        },
      )
    }
    await removeStale(path)
    await setTimeout(30 + Math.random() * 40)
  }
  try {
    return await run()
  } finally {
    if ((await contentOf(path)) === mine) await unlink(path).catch(() => undefined)
  }
}

async function taken(path: string, mine: string): Promise<boolean> {
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

/** Takes away what a process that has ended left. The rename decides which of several does so. */
async function removeStale(path: string): Promise<void> {
  const content = await contentOf(path)
  const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
  if (content === undefined || (age < STALE_MS && !hasEnded(content))) return
  const away = `${path}.${randomBytes(6).toString('hex')}`
  await rename(path, away).catch(() => undefined)
  // Meanwhile somebody may have taken it anew: it is given back then.
  if ((await contentOf(away)) !== content) await rename(away, path).catch(() => undefined)
  else await unlink(away).catch(() => undefined)
}

function hasEnded(content: string): boolean {
  const [host, pid] = content.split(' ')
  // It is written right after it is made: an empty one is not told from a broken one before its time.
  if (host !== hostname() || pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
