import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import { type Seat, seated } from '../lib/cores.ts'
import { type Started, startReady } from '../lib/ready.ts'
import type { RawCommitOptions } from './raw-commit.ts'

/**
 * Files with the response bodies that a baseline serves. They contain the same bytes that the server under
 * test sends.
 */
export interface ResponseFiles {
  readonly plain: string
  readonly gzip: string
}

export function saveResponses(run: BenchRun, name: string, plain: Buffer, gzip: Buffer): ResponseFiles {
  mkdirSync(run.folder, { recursive: true })
  const files = { plain: join(run.folder, `${name}.json`), gzip: join(run.folder, `${name}.json.gz`) }
  writeFileSync(files.plain, plain)
  writeFileSync(files.gzip, gzip)
  return files
}

export function startRawHttp(
  run: BenchRun,
  name: string,
  responses: ResponseFiles,
  status = 200,
): Promise<Started> {
  return start(run, name, 'raw-http.ts', [responses.plain, responses.gzip, String(status)])
}

export function startRawSelect(
  run: BenchRun,
  name: string,
  options: { readonly url: string; readonly poolSize: number; readonly responses: ResponseFiles },
): Promise<Started> {
  const { url, poolSize, responses } = options
  return start(run, name, 'raw-select.ts', [url, String(poolSize), responses.plain, responses.gzip])
}

/** Properties of the simulated upstream catalog. */
export interface RawCatalogOptions {
  /** Size of the metadata of a table, in bytes. */
  readonly bytes: number
  /** Number of tables. */
  readonly tables: number
  /** CPU time that each load takes, in ms. Default: 0. */
  readonly busyMs?: number
  /** Whether loads have ETags. Default: false. */
  readonly etags?: boolean
}

/**
 * Starts the simulated upstream catalog of the cases `upstream`. It does not run on the core of the server
 * under test.
 */
export function startRawCatalog(
  run: BenchRun,
  name: string,
  { bytes, tables, busyMs = 0, etags = false }: RawCatalogOptions,
): Promise<Started> {
  const args = [String(bytes), String(tables), String(busyMs), etags ? 'etags' : '']
  return start(run, name, 'raw-catalog.ts', args, 'rest')
}

/** Starts a proxy that only forwards requests to an origin (raw-proxy). */
export function startRawProxy(run: BenchRun, name: string, origin: string): Promise<Started> {
  return start(run, name, 'raw-proxy.ts', [origin])
}

/**
 * Starts the part of Headgate that forwards requests to an upstream catalog, without authorization decisions.
 */
export function startUpstreamPass(run: BenchRun, name: string, origin: string): Promise<Started> {
  return start(run, name, '../../packages/server/test/upstream/pass-through.ts', [origin])
}

export function startRawCommit(run: BenchRun, name: string, options: RawCommitOptions): Promise<Started> {
  return start(run, name, 'raw-commit.ts', [JSON.stringify(options)])
}

/** @param root folder of the files. The request path `/a/b` stands for the file `a/b` in this folder */
export function startRawFiles(run: BenchRun, name: string, root: string): Promise<Started> {
  mkdirSync(root, { recursive: true })
  return start(run, name, 'raw-files.ts', [root])
}

/** Figures that the raw-commit baseline reports when it runs without HTTP. */
export interface DirectCounts {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Runs the raw-commit baseline without HTTP: the clients are in its process and call its commit function directly. */
export async function rawCommitDirect(
  run: BenchRun,
  options: RawCommitOptions & { readonly direct: NonNullable<RawCommitOptions['direct']> },
): Promise<DirectCounts> {
  let counts: DirectCounts | undefined
  await run.keeper.run({
    name: 'raw-commit-direct',
    ...seated(run.placement, 'server', process.execPath, program('raw-commit.ts', [JSON.stringify(options)])),
    log: toLogPath(run, 'raw-commit-direct'),
    onLine: (line) => {
      if (line.startsWith('counts ')) counts = JSON.parse(line.slice(7)) as DirectCounts
    },
  })
  if (!counts) throw new Error('the process that measures commits printed no figures')
  return counts
}

function start(
  run: BenchRun,
  name: string,
  file: string,
  args: readonly string[],
  seat: Seat = 'server',
): Promise<Started> {
  return startReady(run.keeper, {
    name,
    ...seated(run.placement, seat, process.execPath, program(file, args)),
    env: { NODE_ENV: 'production' },
    log: toLogPath(run, name),
  })
}

function program(file: string, args: readonly string[]): string[] {
  return [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(new URL(file, import.meta.url)),
    ...args,
  ]
}
