import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RestCatalog } from '@headgate/iceberg/client'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { prepareWarehouse } from '../lib/prepare-warehouse.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { parseChoice, wholeNumber } from '../lib/read-flags.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { textTable } from '../lib/text-table.ts'
import { type Created, createSource } from './create-source.ts'
import { importSource, type SourceResult } from './import-source.ts'
import { startFixtureSource } from './sources/fixture.ts'
import { startNessieSource } from './sources/nessie.ts'
import type { ImportSource } from './sources/source.ts'

const usage = `npm run test:import [-- --quick] [-- --count N] [-- --kills N] [-- --source NAME …] [-- --json]

Imports tables and views from catalogs that it starts into a Headgate server, kills the importer on the way, and compares both.
  --quick         160 tables and views, two kills, all sources at the same time
  --count N       tables and views of all sources together (default: 10000)
  --kills N       times that the importer is killed for each source (default: 10)
  --source NAME   fixture or nessie; may be repeated (default: both)
  --json          the report for programs`

const starts = { fixture: startFixtureSource, nessie: startNessieSource }
const names = ['fixture', 'nessie'] as const

interface Options {
  readonly count: number
  readonly kills: number
  readonly sources: readonly (keyof typeof starts)[]
  /** Whether all sources are imported at the same time. */
  readonly together: boolean
  readonly json: boolean
}

/** Runs the test of the import. Returns the exit code: 0 if all checks passed, 1 if a check failed. */
async function main({ count, kills, sources, together, json }: Options): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('import-run'))
  const each = Math.ceil(count / sources.length)
  const [server, filled] = await Promise.all([
    startHeadgate(keeper, {
      dataDir: join(folder, 'data'),
      log: join(folder, 'headgate.log'),
      env: { HEADGATE_FILE_ROOTS: `file://${folder}` },
    }),
    Promise.all(sources.map((name) => fill(keeper, name, join(folder, name), each))),
  ])
  const run = async (one: FilledSource): Promise<SourceResult> => {
    await prepareWarehouse(server, one.source.warehouse)
    const result = await importSource({ ...one, keeper, server, kills, say })
    await one.catalog[Symbol.asyncDispose]()
    return result
  }
  const results: SourceResult[] = []
  if (together) results.push(...(await Promise.all(filled.map(run))))
  else for (const one of filled) results.push(await run(one))
  console.log(json ? JSON.stringify({ results }, null, 2) : humanReport(results))
  if (results.some(({ failures }) => failures.length > 0)) return 1
  return await leaveNothing(keeper, folder)
}

interface FilledSource {
  readonly source: ImportSource
  readonly catalog: RestCatalog
  readonly created: readonly Created[]
  readonly createSeconds: number
  readonly folder: string
}

/** Starts a source catalog and creates its tables and views. */
async function fill(
  keeper: ProcessKeeper,
  name: keyof typeof starts,
  folder: string,
  count: number,
): Promise<FilledSource> {
  mkdirSync(folder)
  const source = await starts[name](keeper, folder, say)
  const catalog = await RestCatalog.connect({ ...source.options, accessDelegation: [] })
  const started = performance.now()
  const created = await createSource(catalog, { count, nested: source.nested, root: source.root })
  const createSeconds = (performance.now() - started) / 1000
  say(`${name}: created ${created.length} tables and views in ${createSeconds.toFixed(1)} s`)
  return { source, catalog, created, createSeconds, folder }
}

function humanReport(results: readonly SourceResult[]): string {
  const head = [
    'source',
    'tables',
    'views',
    'created',
    'kills',
    'unseen',
    'imported',
    'per second',
    'repeated',
    'moved',
    'failures',
  ]
  const rows = results.map((result) => [
    result.source,
    result.tables,
    result.views,
    `${result.createSeconds.toFixed(1)} s`,
    result.kills,
    result.unseen,
    `${result.importSeconds.toFixed(1)} s`,
    Math.round((result.tables + result.views) / result.importSeconds),
    `${result.repeatSeconds.toFixed(1)} s`,
    result.moved,
    result.failures.length,
  ])
  const shown = results.flatMap(({ source, failures }) =>
    failures.slice(0, 20).map((text) => `${source}: ${text}`),
  )
  const passed = results.filter(({ failures }) => failures.length === 0).length
  return [
    textTable([head, ...rows]),
    ...shown,
    '',
    `${passed} passed, ${results.length - passed} failed`,
  ].join('\n')
}

await runCommand('test:import', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      count: { type: 'string' },
      kills: { type: 'string' },
      source: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  // Sets the variables in this process, because the AWS SDK reads the environment of the process.
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  return await main({
    count: wholeNumber('--count', values.count ?? (values.quick ? '160' : '10000'), 20),
    kills: wholeNumber('--kills', values.kills ?? (values.quick ? '2' : '10'), 0),
    sources: values.source?.map((name) => parseChoice('--source', name, names)) ?? names,
    together: values.quick,
    json: values.json,
  })
})
