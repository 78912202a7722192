import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { type BenchRun, toLogPath } from './bench-run.ts'
import { seated } from './cores.ts'
import { type Started, startReady } from './ready.ts'

export interface HeadgateOptions {
  readonly name: string
  /** Folder of the checkout whose server starts. Its packages must be installed. Default: this checkout. */
  readonly checkout?: string | undefined
  readonly dataDir: string
  readonly databaseUrl: string
  readonly env?: Readonly<Record<string, string>>
  /** Path of a module that is loaded before the server. */
  readonly preload?: string
}

/**
 * Starts the server from this repository's sources on the run's PostgreSQL. The server accepts requests without a
 * token, and validates the tokens of other requests. `HEADGATE_BENCH_SERVER` names another main file, such as that of
 * a build; `HEADGATE_BENCH_NODE` adds options of Node, such as `--cpu-prof`.
 */
export async function startBenchHeadgate(run: BenchRun, options: HeadgateOptions): Promise<Started> {
  const { checkout = repositoryRoot } = options
  const ownMain = process.env['HEADGATE_BENCH_SERVER']
  const main =
    checkout === repositoryRoot && ownMain !== undefined
      ? ownMain
      : join(checkout, 'packages/server/src/main.ts')
  const extra = (process.env['HEADGATE_BENCH_NODE'] ?? '').split(' ').filter((word) => word !== '')
  mkdirSync(options.dataDir, { recursive: true })
  const args = ['--port', '0', '--data-dir', options.dataDir, '--insecure-anonymous']
  return startReady(run.keeper, {
    name: options.name,
    ...seated(run.placement, 'server', process.execPath, [
      ...extra,
      ...(options.preload === undefined ? [] : ['--import', options.preload]),
      '--conditions=x-source',
      '--disable-warning=ExperimentalWarning',
      main,
      ...args,
    ]),
    cwd: checkout,
    env: {
      HEADGATE_DATABASE_URL: options.databaseUrl,
      HEADGATE_MASTER_KEY: masterKey(options.dataDir),
      NODE_ENV: 'production',
      ...options.env,
    },
    log: toLogPath(run, options.name),
  })
}

/** Returns the master key in the data directory. Creates it if it does not exist. */
function masterKey(dataDir: string): string {
  const path = join(dataDir, 'bench-master-key')
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 })
  return readFileSync(path, 'utf8')
}
