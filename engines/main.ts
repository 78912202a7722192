import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { printed, runCommand } from '../conformance/lib/command.ts'
import { cacheFolder, newRunFolder } from '../conformance/lib/paths.ts'
import { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { seconds } from '../conformance/lib/text-table.ts'
import { startClickHouse } from './clickhouse/start.ts'
import { startDuckDb } from './duckdb/start.ts'
import { startJavaScript } from './javascript/start.ts'
import type { StorageName } from './lib/access.ts'
import type { Engine, EngineName, StartEngine } from './lib/engine.ts'
import { stepLine, summary, totals } from './lib/report.ts'
import { runScenario, type ScenarioResult } from './lib/run-scenario.ts'
import type { Scenario } from './lib/scenario.ts'
import { usageSince } from './lib/usage.ts'
import { readOptions, usage, type EngineOptions } from './options.ts'
import { startPyIceberg } from './pyiceberg/start.ts'
import { scenarios } from './scenarios/all.ts'
import { startSpark } from './spark/start.ts'
import { openTarget } from './target.ts'
import { startTrino } from './trino/start.ts'

const starters: Readonly<Record<EngineName, StartEngine>> = {
  pyiceberg: startPyIceberg,
  javascript: startJavaScript,
  duckdb: startDuckDb,
  clickhouse: startClickHouse,
  spark: startSpark,
  trino: startTrino,
}

// Engines that support remote signing, in which the server signs storage requests.
const signing: readonly EngineName[] = ['pyiceberg', 'spark']

/**
 * Runs the scenarios. Returns the exit code: 0 if every step passed, 1 if a step failed, 2 if the scenarios could not
 * run.
 */
async function main(options: EngineOptions): Promise<number> {
  const chosen = scenarios.filter((scenario) => isChosen(scenario, options))
  if (options.list) {
    for (const scenario of chosen) console.log(`${scenario.name}  (${scenario.engines.join(', ')})`)
    return 0
  }
  if (chosen.length === 0) throw new Error('no scenario matches the named engines and options; see --list')
  // Progress is printed to standard error, because programs read the result on standard output.
  const say = options.json ? console.error : console.log
  const folder = newRunFolder(cacheFolder('engines', 'run'))
  await using keeper = new ProcessKeeper()
  const started = Date.now()
  const openWarehouse = openTarget(keeper, options, folder, say)
  const results: ScenarioResult[] = []
  for (const kind of options.storages) {
    const here = chosen.filter((scenario) => runsOn(scenario, kind))
    if (here.length === 0) continue
    const logs = join(folder, kind)
    mkdirSync(logs, { recursive: true })
    const { access, others, fixture, usage } = await openWarehouse(kind)
    const catalogTellsPlace = !options.fixture && options.server === undefined
    const settings = { keeper, access, others, catalogTellsPlace, folder: logs, say }
    const running = new Map<EngineName, Promise<Engine>>()
    const engine = (name: EngineName): Promise<Engine> => {
      const engine = running.get(name) ?? start(name, settings)
      running.set(name, engine)
      return engine
    }
    for (const [index, scenario] of here.entries()) {
      say(`${scenario.name} on ${kind}`)
      const namespace = `hg_${scenario.name.replaceAll(/\W/g, '_')}_${Date.now().toString(36)}`
      const setup = { namespace, storage: kind, access, fixture }
      const before = await usage?.()
      const result = await runScenario(scenario, setup, engine, (step) => say(stepLine(step)))
      const after = await usage?.()
      results.push(before && after ? { ...result, usage: usageSince(before, after) } : result)
      // Stops engines that no later scenario uses. They would continue to refresh credentials, which the figures of
      // the next scenario would include.
      const needed = new Set(here.slice(index + 1).flatMap(({ engines }) => engines))
      for (const [name, each] of running) {
        if (needed.has(name)) continue
        running.delete(name)
        await (await each).stop()
      }
    }
  }
  const ms = Date.now() - started
  if (options.json)
    console.log(JSON.stringify({ totals: totals(results), ms, logs: folder, results }, undefined, 2))
  else console.log(`\n${summary(results, ms)}\nlogs: ${folder}`)
  const { steps, failed } = totals(results)
  // A run that executed no step has tested nothing, so it fails.
  if (steps === 0)
    throw new Error('no step was run: all selected scenarios were skipped, or need another storage')
  return failed === 0 ? 0 : 1
}

async function start(name: EngineName, settings: Parameters<StartEngine>[0]): Promise<Engine> {
  const started = Date.now()
  const engine = await starters[name](settings)
  settings.say(`${name} ${engine.version} started (${seconds(Date.now() - started)})`)
  return engine
}

// Kinds of storage in which the warehouse forwards to another server, with the kind of storage whose scenarios they
// run.
const behindOther: Partial<Readonly<Record<StorageName, StorageName>>> = {
  upstream: 'gateway',
  'upstream-short-lived': 'short-lived',
  'upstream-relay': 'gateway',
  'upstream-relay-short-lived': 'short-lived',
  'upstream-pass': 'gateway',
}

// Kinds of storage on which scenarios run by default.
const general: readonly StorageName[] = ['gateway', 'file', 's3', 'sts']

function runsOn(scenario: Scenario, kind: StorageName): boolean {
  const { storages, engines } = scenario
  const like = behindOther[kind]
  if (like !== undefined) return runsOn(scenario, like)
  if (storages) return storages.includes(kind)
  if (kind === 'remote-signing') return engines.every((name) => signing.includes(name))
  return general.includes(kind)
}

function isChosen(scenario: Scenario, options: EngineOptions): boolean {
  return (
    scenario.engines.every((name) => options.engines.includes(name)) &&
    (options.only.length === 0 || options.only.some((text) => scenario.name.includes(text)))
  )
}

await runCommand('test:engines', async (args) => {
  const options = readOptions(args)
  return options === undefined ? printed(usage) : await main(options)
})
