import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { addRunFolder, cacheFolder, forgetOldRuns } from '../conformance/lib/paths.ts'
import { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { accessRecordCases } from './cases/access-record.ts'
import { authCases } from './cases/auth.ts'
import { commitCases, commitLargeCases, commitMinioCases } from './cases/commit.ts'
import { gatewayCases } from './cases/gateway.ts'
import { identityCases } from './cases/identity.ts'
import type { Lab, Suite } from './cases/lab.ts'
import { loadLargeCases } from './cases/load-large.ts'
import { loadSmallCases } from './cases/load-small.ts'
import { loadTokenCases } from './cases/load-token.ts'
import { manifestCases } from './cases/manifest.ts'
import { mixedCases } from './cases/mixed.ts'
import { placesCases } from './cases/places.ts'
import { planningCases } from './cases/planning.ts'
import { revisionCases } from './cases/revision.ts'
import { refusalCases } from './cases/refusals.ts'
import { upstreamSuites } from './cases/upstream.ts'
import { vendingCases } from './cases/vending.ts'
import type { BenchRun } from './lib/bench-run.ts'
import { type CaseResult, runCase } from './lib/case.ts'
import { canPlace } from './lib/cores.ts'
import { describeMachine } from './lib/machine.ts'
import { startBenchPostgres } from './lib/postgres.ts'
import { markdown, type Report, saveReport } from './lib/report.ts'
import { type BenchOptions, readOptions, usage } from './options.ts'

const suites: readonly Suite[] = [
  { id: 'load-small', quick: true, cases: loadSmallCases },
  { id: 'mixed', quick: true, cases: mixedCases },
  { id: 'token', quick: true, cases: loadTokenCases },
  { id: 'identity', quick: true, cases: identityCases },
  { id: 'refusals', quick: true, cases: refusalCases },
  { id: 'load-large', quick: false, cases: loadLargeCases },
  { id: 'commit-small', quick: true, cases: commitCases },
  { id: 'commit-minio', quick: false, cases: commitMinioCases },
  { id: 'commit-large', quick: false, cases: commitLargeCases },
  { id: 'places', quick: true, cases: placesCases },
  { id: 'vending', quick: true, cases: vendingCases },
  { id: 'vending-record', quick: true, cases: accessRecordCases },
  ...upstreamSuites,
  { id: 'gateway', quick: false, cases: gatewayCases },
  { id: 'revision', quick: false, cases: revisionCases },
  { id: 'auth', quick: false, cases: authCases },
  { id: 'manifest', quick: false, cases: manifestCases },
  { id: 'planning', quick: false, cases: planningCases },
]

async function main(options: BenchOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(new ProcessKeeper())
  const runs = cacheFolder('bench', 'run')
  const folder = addRunFolder(runs)
  stack.defer(() => forgetOldRuns(runs))
  const placement = options.placement ?? (canPlace() ? 'apart' : 'anywhere')
  const postgres = stack.use(await startBenchPostgres(cacheFolder('bench', 'postgres'), placement))
  const run: BenchRun = {
    keeper,
    placement,
    folder,
    repeats: options.repeats,
    warmUpMs: options.warmUpMs,
    durationMs: options.durationMs,
    firstLoadMs: options.firstLoadMs,
    loaders: options.loaders ?? 1,
    say: (line) => console.error(line),
  }
  const lab: Lab = {
    run,
    postgres,
    stores: cacheFolder('bench', 'stores'),
    maxTables: options.maxTables,
    thorough: options.mode !== 'quick',
    against: options.against,
    stack,
  }
  const results: CaseResult[] = []
  const report: Report = {
    title: 'Headgate compared with minimal baselines',
    date: options.date,
    mode: options.mode,
    machine: describeMachine(await postgres.version()),
    placement,
    repeats: options.repeats,
    warmUpSeconds: options.warmUpMs / 1000,
    seconds: options.durationMs / 1000,
    notes: [
      `Each server, baselines included, served ${options.firstLoadMs / 1000} s of load before its first measurement.`,
    ],
    cases: results,
  }
  for (const suite of suites) {
    const wanted =
      options.only.length === 0
        ? suite.quick || options.mode !== 'quick'
        : options.only.some((id) => suite.id.startsWith(id) || id.startsWith(suite.id))
    if (!wanted) continue
    for (const one of await suite.cases(lab)) {
      if (!isWanted(options, one.id)) continue
      results.push(await runCase(run, one))
      // Saves the report after each case, so that a failure in a later case does not lose the results.
      if (options.name !== undefined)
        saveReport(report, fileURLToPath(new URL(`results/${options.name}`, import.meta.url)))
    }
    // Stops the servers of these cases before the servers of the next cases are started.
    await keeper.stopAll()
  }
  rmSync(folder, { recursive: true, force: true })
  console.log(options.json ? JSON.stringify(report, null, 2) : markdown(report))
}

function isWanted({ only, mode }: BenchOptions, id: string): boolean {
  if (only.length > 0) return only.some((start) => id.startsWith(start))
  // A quick run omits the cases without compression, because most engines accept gzip.
  return mode !== 'quick' || !id.includes('-identity-')
}

let options: BenchOptions
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exit(2)
}
await main(options)
