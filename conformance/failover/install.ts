import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installEtcd } from '../lib/etcd.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { pythonVenv } from '../lib/python-venv.ts'

const patroniRequirements = ['patroni[etcd3,psycopg3]==4.1.5', 'psycopg[binary]==3.3.9']

/** Paths of the programs that a Patroni cluster needs. */
export interface Tools {
  readonly etcd: string
  readonly patroni: string
  /** Folder with the PostgreSQL programs. */
  readonly postgres: string
}

/** Installs Patroni from PyPI, builds etcd from its Go module, and finds a PostgreSQL that has `pg_basebackup`. */
export async function installTools(keeper: ProcessKeeper, say: (line: string) => void): Promise<Tools> {
  const postgres = findPostgres()
  const python = await pythonVenv(keeper, cacheFolder('engines', 'patroni'), patroniRequirements, say)
  const patroni = join(python, '..', 'patroni')
  return { etcd: await installEtcd(keeper, say), patroni, postgres }
}

/** Returns the folder that `HEADGATE_POSTGRES_BIN` names, or that of the newest PostgreSQL package of Debian. */
function findPostgres(): string {
  const named = process.env['HEADGATE_POSTGRES_BIN'] ?? ''
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const places = named === '' ? versions.map((version) => join(debian, version, 'bin')) : [named]
  const found = places.find((place) => existsSync(join(place, 'pg_basebackup')))
  if (found !== undefined) return found
  throw new Error(
    'PostgreSQL 15 or newer with pg_basebackup is not installed. Install it (Debian: apt-get install postgresql), or name its folder of programs in HEADGATE_POSTGRES_BIN.',
  )
}
