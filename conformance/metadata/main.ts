import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify, type Json } from '@headgate/json'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { randomSequence } from './generate/sequences.ts'
import { installJava } from './install.ts'
import { JavaModel } from './java-model.ts'
import { findJudgement, readJudged, toKind, type Judged } from './judged.ts'
import { readOptions, usage, type MetadataOptions } from './options.ts'
import { Report } from './report.ts'
import { runSequence } from './run-sequence.ts'
import type { Sequence } from './sequence.ts'
import { shrink } from './shrink.ts'

/** Number of sequences that are compared at the same time, so that both Node and the JVM are busy. */
const AT_ONCE = 16
/** Maximum number of new differences for which the sequence is minimized and written to a file. */
const MOST_FILES = 120

/**
 * Runs the comparison. Returns the exit code: 0 if there is no new difference, 1 if there are new differences, 2 if
 * the comparison could not run.
 */
async function main(options: MetadataOptions): Promise<number> {
  await using keeper = new ProcessKeeper()
  const started = performance.now()
  const installed = await installJava(keeper, say)
  const folder = newRunFolder(cacheFolder('metadata-run'))
  const java = new JavaModel(keeper, installed, join(folder, 'java.log'))
  const judged = readJudged()
  const report = new Report(judged)
  report.step('install', performance.now() - started)
  const compared = performance.now()
  if (options.replay === undefined) await compareAll(java, report, options)
  else await report.add(java, readSequence(options.replay))
  report.step('compare', performance.now() - compared)
  const shrinking = performance.now()
  for (const [sort, sequence] of [...report.unexpected].slice(0, MOST_FILES)) {
    const small = await shrink(sequence, (smaller) => shows(java, judged, smaller, sort))
    const file = join(folder, `difference-${report.files.length}.json`)
    writeFileSync(file, `${stringify(small as unknown as Json)}\n`)
    report.files.push({ sort, file })
  }
  if (report.unexpected.size > 0) report.step('shrink', performance.now() - shrinking)
  console.log(report.text())
  if (report.unexpected.size > 0) return 1
  return await leaveNothing(keeper, folder)
}

async function compareAll(
  java: JavaModel,
  report: Report,
  { sequences, seed }: MetadataOptions,
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < sequences) await report.add(java, randomSequence(seed, next++))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function shows(
  java: JavaModel,
  judged: readonly Judged[],
  sequence: Sequence,
  sort: string,
): Promise<boolean> {
  const found = await runSequence(java, sequence)
  return found.some((each) => findJudgement(judged, each) === undefined && toKind(each) === sort)
}

function readSequence(file: string): Sequence {
  return parse(readFileSync(file, 'utf8'), { maxDepth: 1000, keepNumberText: true }) as unknown as Sequence
}

await runCommand('conformance:metadata', async (args) => {
  const options = readOptions(args)
  return options === undefined ? printed(usage) : await main(options)
})
