import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HeadgateServer } from '../lib/headgate-server.ts'
import { repositoryRoot } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { ImportSource } from './sources/source.ts'

/** Counters in the summary that the importer prints. */
interface Counts {
  readonly registered: number
  readonly present: number
  readonly newer: number
  readonly conflict: number
  readonly failed: number
  readonly moved: number
}

export interface Summary {
  readonly tables: Counts
  readonly views: Counts
  readonly namespaces: { readonly created: number; readonly existing: number }
}

export interface ImporterRun {
  /** Exit code of the importer, or null if a signal killed it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Number of registrations that the importer printed before it ended. */
  readonly registered: number
  readonly summary: Summary | null
  readonly ms: number
}

export interface ImporterOptions {
  readonly folder: string
  /**
   * Number of printed registrations after which the importer is killed (SIGKILL), with an additional delay of
   * `killDelayMs`. Default: the importer is not killed.
   */
  readonly killAfter?: number
  readonly killDelayMs?: number
  readonly args?: readonly string[]
}

/** Runs `headgate import` from a source catalog into the warehouse that belongs to this source. */
export async function runImporter(
  keeper: ProcessKeeper,
  source: ImportSource,
  server: HeadgateServer,
  { folder, killAfter, killDelayMs = 0, args = [] }: ImporterOptions,
): Promise<ImporterRun> {
  const { uri, warehouse } = source.options
  const started = performance.now()
  let registered = 0
  let summary: Summary | null = null
  const reached = Promise.withResolvers<void>()
  const child = keeper.start({
    name: 'importer',
    // `exec` replaces the shell, so that the process id belongs to the importer. Standard error contains a
    // line for each table and view.
    command: 'sh',
    args: [
      '-c',
      'exec "$0" "$@" 2>&1',
      process.execPath,
      '--conditions=x-source',
      '--disable-warning=ExperimentalWarning',
      join(repositoryRoot, 'packages/cli/src/main.ts'),
      'import',
      '--from',
      uri,
      ...(warehouse === undefined ? [] : ['--from-warehouse', warehouse]),
      '--warehouse',
      source.warehouse.name,
      '--json',
      '--verbose',
      ...args,
    ],
    cwd: folder,
    env: { HEADGATE_URL: server.origin, HEADGATE_CREDENTIAL: server.adminCredential },
    log: join(folder, 'importer.log'),
    logLines: false,
    onLine: (line) => {
      const result = parse(line)
      if (isSummary(result)) summary = result
      if (result === null || !('status' in result) || result.status !== 'registered') return
      registered++
      if (registered === killAfter) reached.resolve()
    },
  })
  child.stdin.end()
  if (killAfter !== undefined) {
    await Promise.race([reached.promise, child.exited])
    await sleep(killDelayMs)
    if (child.exit() === undefined) process.kill(child.pid, 'SIGKILL')
  }
  const { code, signal } = await child.exited
  return { code, signal, registered, summary, ms: performance.now() - started }
}

function parse(line: string): object | null {
  if (!line.startsWith('{')) return null
  const value: unknown = JSON.parse(line)
  return typeof value === 'object' ? value : null
}

function isSummary(value: object | null): value is Summary {
  return value !== null && 'tables' in value && 'namespaces' in value
}
