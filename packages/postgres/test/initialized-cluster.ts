import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../src/start-postgres.ts'

/**
 * Path of an initialized data directory. All tests of this process copy it, because the initialization takes several
 * seconds.
 */
let template: Promise<string> | undefined

/** Creates a data directory in the state that it has after a first start and a clean stop. */
export async function createInitializedCluster(dataDir: string): Promise<void> {
  template ??= createTemplate()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await cp(await template, dataDir, { recursive: true })
}

async function createTemplate(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-cluster-'))
  const postgres = await startPostgres({ dataDir: directory, settings: { fsync: 'off' } })
  await postgres[Symbol.asyncDispose]()
  return directory
}
