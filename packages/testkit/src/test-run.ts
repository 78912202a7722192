import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endSharedPostgres } from './shared-postgres.ts'

const memory = '/dev/shm'
/** More than all tests that run at the same time have in files. */
const roomNeeded = 4 * 1024 ** 3

/**
 * Before a run of vitest, in the process that all workers come from; what it returns comes after the last test.
 *
 * Temporary files are kept in memory where there is room. Tests flush files all the time, which costs three quarters of
 * their time on a disk and shows nothing: only a power failure could tell. `TMPDIR` names another place. What programs are
 * compiled to is kept from run to run, since tests start the server again and again.
 */
export async function setup(): Promise<() => Promise<void>> {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../../node_modules/.cache/compiled', import.meta.url),
  )
  const folder = await mkdtemp(join(await placeForFiles(), 'headgate-tests-'))
  // Tests run programs as other users too.
  await chmod(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return async () => {
    await endSharedPostgres()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function placeForFiles(): Promise<string> {
  if (process.env['TMPDIR'] !== undefined) return tmpdir()
  const found = await statfs(memory).catch(() => undefined)
  return found !== undefined && found.bavail * found.bsize > roomNeeded ? memory : tmpdir()
}
