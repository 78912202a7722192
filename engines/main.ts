import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, newRunFolder } from '../conformance/lib/paths.ts'
import { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { seconds } from '../conformance/lib/text-table.ts'
import { startDuckDb } from './duckdb/start.ts'
import { startJavaScript } from './javascript/start.ts'
import type { StorageName } from './lib/access.ts'
import type { Engine, EngineName, StartEngine } from './lib/engine.ts'
import { stepLine, summary, totals } from './lib/report.ts'
import { runScenario, type ScenarioResult } from './lib/run-scenario.ts'
import type { Scenario } from './lib/scenario.ts'
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
  spark: startSpark,
  trino: startTrino,
}

// where scenarios run that do not say where
const ordinary: readonly StorageName[] = ['gateway', 'file', 's3']

/** Exit code: 0 when every step passed, 1 when one failed, 2 when the scenarios could not run. */
async function main(options: EngineOptions): Promise<number> {
  const chosen = scenarios.filter((scenario) => isChosen(scenario, options))
  if (options.list) {
    for (const scenario of chosen) console.log(`${scenario.name}  (${scenario.engines.join(', ')})`)
    return 0
  }
  if (chosen.length === 0) throw new Error('no scenario fits; see --list')
  // people read along; a program reads standard output at the end
  const say = options.json ? console.error : console.log
  const folder = newRunFolder(cacheFolder('engines', 'run'))
  await using keeper = new ProcessKeeper()
  const started = Date.now()
  const openWarehouse = openTarget(keeper, options, folder, say)
  const results: ScenarioResult[] = []
  for (const kind of options.storages) {
    const here = chosen.filter((scenario) => (scenario.storages ?? ordinary).includes(kind))
    if (here.length === 0) continue
    const logs = join(folder, kind)
    mkdirSync(logs, { recursive: true })
    const { access, others, lake } = await openWarehouse(kind)
    const catalogTellsPlace = !options.fixture && options.given === undefined
    const settings = { keeper, access, others, catalogTellsPlace, folder: logs, say }
    const running = new Map<EngineName, Promise<Engine>>()
    const engine = (name: EngineName): Promise<Engine> => {
      const engine = running.get(name) ?? start(name, settings)
      running.set(name, engine)
      return engine
    }
    for (const scenario of here) {
      say(`${scenario.name} on ${kind}`)
      const namespace = `hg_${scenario.name.replaceAll(/\W/g, '_')}_${Date.now().toString(36)}`
      const setup = { namespace, storage: kind, access, lake }
      results.push(await runScenario(scenario, setup, engine, (step) => say(stepLine(step))))
    }
    // the next storage has engines of its own
    for (const each of running.values()) await (await each).stop()
  }
  const ms = Date.now() - started
  if (options.json)
    console.log(JSON.stringify({ totals: totals(results), ms, logs: folder, results }, undefined, 2))
  else console.log(`\n${summary(results, ms)}\nlogs: ${folder}`)
  const { steps, failed } = totals(results)
  // What says nothing must not look as if all were well.
  if (steps === 0) throw new Error('no step was run: what was chosen is skipped, or is for another storage')
  return failed === 0 ? 0 : 1
}

async function start(name: EngineName, settings: Parameters<StartEngine>[0]): Promise<Engine> {
  const started = Date.now()
  const engine = await starters[name](settings)
  settings.say(`${name} ${engine.version} started (${seconds(Date.now() - started)})`)
  return engine
}

function isChosen(scenario: Scenario, options: EngineOptions): boolean {
  return (
    scenario.engines.every((name) => options.engines.includes(name)) &&
    (options.only.length === 0 || options.only.some((text) => scenario.name.includes(text)))
  )
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) process.exitCode = await main(options)
  else console.log(usage)
} catch (error) {
  console.error(`test:engines: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
