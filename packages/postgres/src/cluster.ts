import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { unless } from './system-errors.ts'
import { runProgram } from './run-program.ts'
import type { RunAs } from './run-as.ts'

/** Superuser of the embedded database cluster. Headgate connects as this user. */
export const USER = 'headgate'
/** Name of the database that Headgate uses in the embedded cluster. */
export const DATABASE = 'headgate'

/** An initialized PostgreSQL database cluster. */
export interface Cluster {
  /** Data directory of the cluster. */
  readonly data: string
  /** Password of {@link USER}. */
  readonly password: string
}

/** Options of {@link openCluster}. */
export interface ClusterOptions {
  /** Directory of the embedded PostgreSQL, whose subdirectory `cluster` contains the cluster. */
  readonly directory: string
  readonly binaries: Binaries
  readonly runAs: RunAs
  /** Whether new files are flushed to disk. False only if the loss of the data is acceptable, as in tests. */
  readonly durable: boolean
}

/**
 * Opens the cluster in `directory/cluster`, and creates the cluster if it does not exist. A new cluster is created
 * under a temporary name and renamed when it is complete, so that an incomplete cluster is never opened. Removes files
 * that interrupted attempts have left. The caller must hold the lock of the directory.
 *
 * @throws {EmbeddedPostgresError} `wrong-version` if another major version wrote the cluster, and `start-failed` if
 * initdb fails
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
    // Errors are ignored, because an initdb whose parent was killed may still write to this directory. The next start
    // then removes the remaining files.
    await rm(join(directory, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }
}

async function checkVersion({ directory, binaries, runAs }: ClusterOptions, found: string): Promise<void> {
  const { output } = await runProgram(runAs, binaries.postgres, ['--version'])
  const expected = /(\d+)/.exec(output)?.[1] ?? 'unknown'
  if (found === expected) return
  throw new EmbeddedPostgresError(
    'wrong-version',
    `The data directory ${directory} was written by PostgreSQL ${found}, and PostgreSQL ${expected} of this Headgate ` +
      `cannot read it. Dump the database with pg_dump while the earlier Headgate runs, and restore it into a new ` +
      `data directory.`,
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

/**
 * Flushes a directory to disk, so that a rename in the directory survives a power failure. Does nothing on Windows,
 * which does not support this operation.
 */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(path)
  await handle.sync()
}
