import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { type BenchRun, toLogPath } from './bench-run.ts'
import { seated } from './cores.ts'
import { type Started, startReady } from './ready.ts'

export interface HeadgateOptions {
  readonly name: string
  /**
   * Folder of the checkout whose server is started. Its packages must be installed. Default: this checkout.
   */
  readonly checkout?: string | undefined
  readonly dataDir: string
  readonly databaseUrl: string
  readonly env?: Readonly<Record<string, string>>
  /** Path of a module that Node loads before the server. */
  readonly preload?: string
}

/**
 * Starts a Headgate server from the sources of a checkout, with a database on the PostgreSQL server of the
 * run. The server accepts requests without a token, and validates the tokens of other requests. The
 * environment variable `HEADGATE_BENCH_SERVER` can name another main file, such as that of a build, and
 * `HEADGATE_BENCH_NODE` can contain additional options of Node, such as `--cpu-prof`.
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

/** Returns the master key in a data directory. Creates the key if it does not exist. */
function masterKey(dataDir: string): string {
  const path = join(dataDir, 'bench-master-key')
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 })
  return readFileSync(path, 'utf8')
}
