import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { differences, knownTests, readExpectations, writeExpectations } from './expectations.ts'
import type { InstalledKit } from './install.ts'
import type { TestResult } from './junit-xml.ts'
import { modeName, type Mode } from './modes.ts'
import type { RckOptions } from './options.ts'
import { progressReader } from './progress.ts'
import { runKit } from './run-kit.ts'
import { openTarget, serverData } from './target.ts'

/** Result of one run of the compatibility kit. */
export interface ModeResult {
  readonly mode: string
  readonly uri: string
  readonly ms: number
  /** Name of the mode in expectations.json, or undefined if the results are not compared. */
  readonly expectations: string | undefined
  /** Sentence for each unexpected result. */
  readonly unexpected: readonly string[]
  readonly results: readonly TestResult[]
  /** Folder with the reports and logs of the run. */
  readonly folder: string
}

/**
 * Runs the compatibility kit in one mode, ends the servers that it has started, and compares the results with
 * expectations.json.
 */
export async function runMode(
  keeper: ProcessKeeper,
  kit: InstalledKit,
  options: RckOptions,
  mode: Mode,
  runFolder: string,
  say: (line: string) => void,
): Promise<ModeResult> {
  const name = modeName(options, mode)
  const folder = join(runFolder, name)
  mkdirSync(folder)
  say(`${name}: ${options.uri === undefined ? 'starting servers' : `testing ${options.uri}`}`)
  const target = await openTarget(keeper, kit, options, mode, folder)
  const complete = options.select.length === 0
  const started = Date.now()
  const results = await runKit(keeper, kit, {
    ...target,
    extended: mode.extended,
    properties: options.properties,
    select: options.select,
    keep: options.keep,
    folder,
    onLine: progressReader(name, complete ? knownTests() : undefined, say),
  })
  const ms = Date.now() - started
  await keeper.stopAll()

  const wanted = options.expectations ?? name
  const expectations = wanted === 'none' ? undefined : wanted
  if (options.updateExpectations && expectations !== undefined) writeExpectations(expectations, results)
  const unexpected = expectations === undefined ? failures(results) : compare(expectations, results, complete)
  if (unexpected.length === 0) {
    for (const part of serverData) rmSync(join(folder, part), { recursive: true, force: true })
  }
  return { mode: name, uri: target.access.uri, ms, expectations, unexpected, results, folder }
}

function compare(set: string, results: readonly TestResult[], complete: boolean): string[] {
  const expected = readExpectations(set)
  if (expected === undefined) {
    return [
      `expectations.json has nothing for ${set}: run with --update-expectations, or --expectations none`,
    ]
  }
  return differences(expected, results, complete)
}

function failures(results: readonly TestResult[]): string[] {
  return results.filter((result) => result.outcome === 'failed').map((result) => `${result.name}: failed`)
}
