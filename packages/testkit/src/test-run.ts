import { chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from './is-alive.ts'
import { endSharedPostgres } from './shared-postgres.ts'

const memory = '/dev/shm'
/** More than all tests that run at the same time have in files. */
const roomNeeded = 4 * 1024 ** 3

/**
 * Before a run of vitest, in the process that all workers come from; what it returns comes after the last test.
 *
 * Temporary files are kept in memory where there is room. Tests flush files all the time, which costs more than half of
 * their time on a disk and shows nothing: only a power failure could tell. `TMPDIR` names another place. What programs are
 * compiled to is kept from run to run, since tests start the server again and again.
 */
export async function setup(): Promise<() => Promise<void>> {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../../node_modules/.cache/compiled', import.meta.url),
  )
  const place = await placeForFiles()
  await removeLeftovers(place)
  const folder = await mkdtemp(join(place, `headgate-tests-${process.pid}-`))
  // Tests run programs as other users too.
  await chmod(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return async () => {
    await endSharedPostgres()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What runs left that were killed: it would stay in memory until the machine is started anew. */
async function removeLeftovers(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [, owner] = /^headgate-tests-(\d+)-/.exec(name) ?? []
    if (owner === undefined || isAlive(Number(owner))) continue
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

async function placeForFiles(): Promise<string> {
  if (process.env['TMPDIR'] !== undefined) return tmpdir()
  const found = await statfs(memory).catch(() => undefined)
  return found !== undefined && found.bavail * found.bsize > roomNeeded ? memory : tmpdir()
}
