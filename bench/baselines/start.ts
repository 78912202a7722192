import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchRun, logOf } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import { type Started, startReady } from '../lib/ready.ts'
import type { RawCommitOptions } from './raw-commit.ts'

/** Answers to serve, as files: bodies exactly as the server under test sends them. */
export interface AnswerFiles {
  readonly plain: string
  readonly gzip: string
}

export function saveAnswers(run: BenchRun, name: string, plain: Buffer, gzip: Buffer): AnswerFiles {
  mkdirSync(run.folder, { recursive: true })
  const files = { plain: join(run.folder, `${name}.json`), gzip: join(run.folder, `${name}.json.gz`) }
  writeFileSync(files.plain, plain)
  writeFileSync(files.gzip, gzip)
  return files
}

export function startRawHttp(
  run: BenchRun,
  name: string,
  answers: AnswerFiles,
  status = 200,
): Promise<Started> {
  return start(run, name, 'raw-http.ts', [answers.plain, answers.gzip, String(status)])
}

export function startRawSelect(
  run: BenchRun,
  name: string,
  options: { readonly url: string; readonly poolSize: number; readonly answers: AnswerFiles },
): Promise<Started> {
  const { url, poolSize, answers } = options
  return start(run, name, 'raw-select.ts', [url, String(poolSize), answers.plain, answers.gzip])
}

export function startRawCommit(run: BenchRun, name: string, options: RawCommitOptions): Promise<Started> {
  return start(run, name, 'raw-commit.ts', [JSON.stringify(options)])
}

/** @param root folder whose files are served and written, such as `/a/b` below it */
export function startRawFiles(run: BenchRun, name: string, root: string): Promise<Started> {
  mkdirSync(root, { recursive: true })
  return start(run, name, 'raw-files.ts', [root])
}

/** Report of the commit loop without HTTP. */
export interface DirectCounts {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Runs the commit loop inside one process, without HTTP between clients and work. */
export async function rawCommitDirect(
  run: BenchRun,
  options: RawCommitOptions & { readonly direct: NonNullable<RawCommitOptions['direct']> },
): Promise<DirectCounts> {
  let counts: DirectCounts | undefined
  await run.keeper.run({
    name: 'raw-commit-direct',
    ...seated(run.placement, 'server', process.execPath, program('raw-commit.ts', [JSON.stringify(options)])),
    log: logOf(run, 'raw-commit-direct'),
    onLine: (line) => {
      if (line.startsWith('counts ')) counts = JSON.parse(line.slice(7)) as DirectCounts
    },
  })
  if (!counts) throw new Error('the commit loop reported nothing')
  return counts
}

function start(run: BenchRun, name: string, file: string, args: readonly string[]): Promise<Started> {
  return startReady(run.keeper, {
    name,
    ...seated(run.placement, 'server', process.execPath, program(file, args)),
    env: { NODE_ENV: 'production' },
    log: logOf(run, name),
  })
}

function program(file: string, args: readonly string[]): string[] {
  return ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(file, import.meta.url)), ...args]
}
