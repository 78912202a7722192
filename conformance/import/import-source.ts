import type { RestCatalog } from '@headgate/iceberg/client'
import type { HeadgateServer } from '../lib/headgate-server.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { compareNamespaces, compareRelations, locate } from './compare-catalogs.ts'
import type { Created } from './create-source.ts'
import { type ImporterRun, runImporter, type Summary } from './run-importer.ts'
import type { ImportSource } from './sources/source.ts'
import { createTargetClient, type TargetClient } from './target-client.ts'

/** Result of importing one source catalog. */
export interface SourceResult {
  readonly source: string
  readonly tables: number
  readonly views: number
  readonly createSeconds: number
  readonly kills: number
  /**
   * Number of registrations that the target recorded but no importer printed, because it was killed before it received
   * the response.
   */
  readonly unseen: number
  /** Total running time of all importers, in s, until everything was imported. */
  readonly importSeconds: number
  readonly repeatSeconds: number
  readonly moved: number
  /** Descriptions of wrong results, as sentences. */
  readonly failures: readonly string[]
}

export interface SourceRun {
  readonly keeper: ProcessKeeper
  readonly server: HeadgateServer
  readonly source: ImportSource
  readonly catalog: RestCatalog
  readonly created: readonly Created[]
  readonly createSeconds: number
  readonly folder: string
  readonly kills: number
  readonly say: (line: string) => void
}

/** Imports one source catalog, kills the importer several times during the import, and checks the target. */
export async function importSource(run: SourceRun): Promise<SourceResult> {
  const { keeper, server, source, catalog, created, folder, kills, say } = run
  const failures: string[] = []
  const tables = created.filter(({ kind }) => kind === 'table').length
  let ms = 0
  let killed = 0
  let seen = 0
  for (let index = 0; index < kills; index++) {
    // The first importer is killed after one registration, and the others at random times during the import.
    const killAfter =
      index === 0 ? 1 : Math.max(1, Math.floor((created.length / (kills + 1)) * (0.5 + Math.random())))
    const one = await runImporter(keeper, source, server, {
      folder,
      killAfter,
      killDelayMs: Math.random() * 30,
    })
    ms += one.ms
    seen += one.registered
    if (one.signal === 'SIGKILL') killed++
    say(`${source.name}: killed after ${one.registered} more, ${(one.ms / 1000).toFixed(1)} s`)
  }
  if (killed < kills) failures.push(`Only ${killed} of ${kills} importer runs were killed before they ended.`)
  const last = await runImporter(keeper, source, server, { folder })
  ms += last.ms
  seen += last.registered
  say(`${source.name}: imported the remaining ${last.registered}, ${(last.ms / 1000).toFixed(1)} s`)
  failures.push(
    ...checkRun(
      'The last run of the import',
      last,
      (sum) => sum('registered') + sum('present') === created.length,
    ),
  )
  const repeat = await runImporter(keeper, source, server, { folder })
  failures.push(
    ...checkRun('The repeated run of the import', repeat, (sum) => sum('present') === created.length),
  )
  say(`${source.name}: comparing ${created.length} tables and views …`)
  const target = await createTargetClient(server, source.warehouse.name)
  failures.push(...(await compareRelations(source, target, await locate(catalog, created))))
  failures.push(...(await compareNamespaces(catalog, target, created)))
  const moved = await checkMove(run, target, failures)
  const { events, objects } = await target.countRegistrations()
  if (events !== created.length || objects !== created.length)
    failures.push(
      `The target registered ${objects} objects in ${events} requests instead of ${created.length}.`,
    )
  return {
    source: source.name,
    tables,
    views: created.length - tables,
    createSeconds: run.createSeconds,
    kills: killed,
    unseen: created.length - seen,
    importSeconds: ms / 1000,
    repeatSeconds: repeat.ms / 1000,
    moved,
    failures,
  }
}

type Sum = (key: keyof Summary['tables']) => number

function checkRun(name: string, { code, summary }: ImporterRun, isRight: (sum: Sum) => boolean): string[] {
  if (summary === null)
    return [`${name} of the importer ended with ${code} and printed no summary; see importer.log.`]
  const sum: Sum = (key) => summary.tables[key] + summary.views[key]
  return code === 0 && isRight(sum)
    ? []
    : [`${name} of the importer ended with ${code}: ${JSON.stringify(summary)}`]
}

/**
 * Imports one namespace with `--move`. Checks that the source no longer lists its tables, and that the target returns
 * them with their existing files.
 */
async function checkMove(run: SourceRun, target: TargetClient, failures: string[]): Promise<number> {
  const { keeper, server, source, catalog, created, folder } = run
  const namespace = created[0]?.identifier.namespace ?? []
  const inside = created.filter(
    ({ kind, identifier }) =>
      identifier.namespace.join('.') === namespace.join('.') && (kind === 'table' || source.keepsViewFiles),
  )
  const located = await locate(catalog, inside)
  // The pattern also matches nested namespaces, which `--exclude` therefore removes.
  const pattern = namespace.map((level) => `"${level}"`).join('.')
  const views = source.keepsViewFiles ? ['--drop-views'] : []
  const args = ['--move', '--namespace', pattern, '--exclude', `${pattern}.*`, ...views]
  const moving = await runImporter(keeper, source, server, { folder, args })
  failures.push(...checkRun('The move', moving, (sum) => sum('moved') === inside.length && inside.length > 0))
  const left = await Array.fromAsync(catalog.listTables(namespace))
  if (left.length > 0) failures.push(`The source still lists ${left.length} of the moved tables.`)
  failures.push(...(await compareRelations(source, target, located)))
  return moving.summary === null ? 0 : moving.summary.tables.moved + moving.summary.views.moved
}
