import { access, chmod, constants, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
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
 * Temporary files are kept in memory where there is room and programs may run. Tests flush files all the time, which costs
 * more than half of their time on a disk and shows nothing: only a power failure could tell. `TMPDIR` names another place.
 * What programs are compiled to is kept from run to run, since tests start the server again and again.
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
  return (await hasRoom(memory)) && (await runsPrograms(memory)) ? memory : tmpdir()
}

async function hasRoom(place: string): Promise<boolean> {
  const found = await statfs(place).catch(() => undefined)
  return found !== undefined && found.bavail * found.bsize > roomNeeded
}

/** Tests write programs and run them, which containers often forbid in memory (`noexec`). */
async function runsPrograms(place: string): Promise<boolean> {
  const program = join(place, `headgate-tests-${process.pid}-program`)
  try {
    await writeFile(program, '', { mode: 0o700 })
    await access(program, constants.X_OK)
    return true
  } catch {
    return false
  } finally {
    await rm(program, { force: true })
  }
}
