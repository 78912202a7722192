import { access, chmod, constants, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from './is-alive.ts'
import { endSharedPostgres } from './shared-postgres.ts'

/** Mount point of the in-memory file system of Linux. */
const memory = '/dev/shm'
/** Free space in bytes that the temporary files of all simultaneous tests need. */
const spaceNeeded = 4 * 1024 ** 3

/**
 * Prepares a run of vitest (`globalSetup`), in the parent process of all workers. Returns the function that vitest
 * calls after the last test.
 *
 * Temporary files are in an in-memory file system if it has enough free space and programs can run there. Tests often
 * flush files, which takes more than half of the test time on a disk and is useful only after a power failure. If
 * `TMPDIR` is set, temporary files are in that directory. The compile cache of Node is kept between runs, because
 * tests start the server many times.
 */
export async function setup(): Promise<() => Promise<void>> {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../../node_modules/.cache/compiled', import.meta.url),
  )
  const parent = await chooseParent()
  await removeLeftovers(parent)
  const folder = await mkdtemp(join(parent, `headgate-tests-${process.pid}-`))
  // Some tests run programs as other users, which must be able to write to this folder.
  await chmod(folder, 0o1777)
  process.env['TMPDIR'] = folder
  return async () => {
    await endSharedPostgres()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Removes the temporary folders of killed test runs, which would otherwise use memory until the machine restarts. */
async function removeLeftovers(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [, owner] = /^headgate-tests-(\d+)-/.exec(name) ?? []
    if (owner === undefined || isAlive(Number(owner))) continue
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

async function chooseParent(): Promise<string> {
  if (process.env['TMPDIR'] !== undefined) return tmpdir()
  return (await hasSpace(memory)) && (await runsPrograms(memory)) ? memory : tmpdir()
}

async function hasSpace(place: string): Promise<boolean> {
  const found = await statfs(place).catch(() => undefined)
  return found !== undefined && found.bavail * found.bsize > spaceNeeded
}

/** Returns whether programs in this folder can run. Containers often mount file systems in memory with `noexec`. */
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
