import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { pythonVenv } from '../lib/python-venv.ts'
import { isInstalled, markInstalled, computeStamp } from '../lib/stamp.ts'

const etcdVersion = 'v3.7.3'
const patroniRequirements = ['patroni[etcd3,psycopg3]==4.1.5', 'psycopg[binary]==3.3.9']

const etcdMain = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`
const etcdModule = `module headgate.local/etcd

go 1.25
`

/** Paths of the programs of a Patroni cluster. */
export interface Tools {
  readonly etcd: string
  readonly patroni: string
  /** Folder of the programs of PostgreSQL. */
  readonly postgres: string
}

/** Installs Patroni from PyPI, builds etcd from its Go module, and finds a PostgreSQL that has `pg_basebackup`. */
export async function installTools(keeper: ProcessKeeper, say: (line: string) => void): Promise<Tools> {
  const postgres = findPostgres()
  const python = await pythonVenv(keeper, cacheFolder('engines', 'patroni'), patroniRequirements, say)
  const patroni = join(python, '..', 'patroni')
  return { etcd: await buildEtcd(keeper, say), patroni, postgres }
}

async function buildEtcd(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  const folder = cacheFolder('engines', 'etcd')
  const binary = join(folder, 'etcd')
  const stamp = computeStamp(etcdVersion, etcdMain, etcdModule)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  say('building etcd with go (about a minute the first time) …')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.go'), etcdMain)
  writeFileSync(join(folder, 'go.mod'), etcdModule)
  const go = process.env['GO'] ?? 'go'
  const steps = [
    ['get', `go.etcd.io/etcd/server/v3@${etcdVersion}`],
    ['mod', 'tidy'],
    ['build', '-o', binary, '.'],
  ]
  for (const args of steps) {
    const log = join(folder, 'install.log')
    await keeper.run({ name: `go ${args[0]}`, command: go, args, cwd: folder, log, timeoutMs: 20 * 60_000 })
  }
  markInstalled(folder, stamp)
  return binary
}

/** Returns `HEADGATE_POSTGRES_BIN`, or the newest PostgreSQL of Debian's packages. */
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
