import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './file-errors.ts'
import { runProgram } from './run-program.ts'
import type { RunAs } from './run-as.ts'

export const USER = 'headgate'
export const DATABASE = 'headgate'

export interface Cluster {
  /** PostgreSQL's own data directory. */
  readonly data: string
  readonly password: string
}

export interface ClusterOptions {
  readonly directory: string
  readonly binaries: Binaries
  readonly runAs: RunAs
  /** False where losing the data does not matter: skips flushing the new files. */
  readonly durable: boolean
}

/**
 * Opens `directory/cluster`, creating it on the first start. It is made under another name and renamed when it is
 * complete, so a cluster is there whole or not at all; what a killed attempt left is removed. Call with the directory
 * locked.
 *
 * @throws EmbeddedPostgresError `wrong-version`, `start-failed`
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const home = join(options.directory, 'cluster')
  await removeLeftovers(options.directory)
  const data = join(home, 'data')
  const version = await unless(readFile(join(data, 'PG_VERSION'), 'utf8'), 'ENOENT')
  if (version === undefined) await create(options, home)
  else await checkVersion(options, version.trim())
  return { data, password: await readFile(join(home, 'password'), 'utf8') }
}

async function removeLeftovers(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    if (!entry.startsWith('cluster.new-')) continue
    // An initdb that outlived its parent may still be writing there; what cannot go now goes next time.
    await rm(join(directory, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}

async function checkVersion({ directory, binaries, runAs }: ClusterOptions, found: string): Promise<void> {
  const { output } = await runProgram(runAs, binaries.postgres, ['--version'])
  const ours = /(\d+)/.exec(output)?.[1] ?? 'unknown'
  if (found === ours) return
  throw new EmbeddedPostgresError(
    'wrong-version',
    `The data directory ${directory} was written by PostgreSQL ${found}, and this Headgate brings PostgreSQL ${ours}, ` +
      `which cannot read it: dump it with the Headgate that wrote it (pg_dump) and restore it into a new directory.`,
  )
}

async function create(options: ClusterOptions, home: string): Promise<void> {
  const { directory, binaries, runAs, durable } = options
  const draft = join(directory, `cluster.new-${randomBytes(6).toString('hex')}`)
  const data = join(draft, 'data')
  const passwordFile = join(draft, 'password')
  await mkdir(draft, { mode: 0o700 })
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (runAs.owner !== undefined) {
    await chown(draft, runAs.owner.uid, runAs.owner.gid)
    await chown(passwordFile, runAs.owner.uid, runAs.owner.gid)
  }
  const identity = ['--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256']
  const locale = ['--encoding', 'UTF8', '--locale', 'C']
  const initdb = ['--pgdata', data, ...identity, ...locale, ...(durable ? [] : ['--no-sync'])]
  await runProgram(runAs, binaries.initdb, initdb)
  const single = ['--single', '-D', data, ...(durable ? [] : ['-F']), 'postgres']
  await runProgram(runAs, binaries.postgres, single, `create database ${DATABASE}\n`)
  await chmod(draft, 0o700)
  await rename(draft, home)
  if (durable) await flushDirectory(directory)
}

/** Makes a rename survive a power failure. Windows neither needs nor allows it. */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(path)
  await handle.sync()
}
