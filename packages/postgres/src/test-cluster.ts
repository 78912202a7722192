import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from './start-postgres.ts'

/** Made once in each process that runs tests: nothing else takes as long as a first start. */
let made: Promise<string> | undefined

/** Makes a data directory as it is after a first start and a clean stop, for tests of what comes later. */
export async function makeUsed(dataDir: string): Promise<void> {
  made ??= makeFirst()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await cp(await made, dataDir, { recursive: true })
}

async function makeFirst(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'headgate-cluster-'))
  const postgres = await startPostgres({ dataDir: directory, settings: { fsync: 'off' } })
  await postgres[Symbol.asyncDispose]()
  return directory
}
