import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify, type JsonObject } from '@headgate/json'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { wholeNumber } from '../lib/read-flags.ts'
import { compare } from './compare.ts'
import { planningCase, type PlanningCase } from './generate.ts'
import { HeadgatePlanner } from './headgate-planner.ts'
import { installPlanner } from './install.ts'
import { JavaPlanner } from './java-planner.ts'
import { Report } from './report.ts'

const usage = `npm run conformance:planning [-- --tables N | --quick] [-- --seed N]

Compares the scan planning of Headgate with Iceberg's Java library on random tables and filters.
  --tables N   how many tables, with 25 scans each (default 2000)
  --quick      60 tables
  --seed N     another random run (default 1)
Needs a JDK 17 and Maven.`

/** Runs the comparison. Returns the exit code: 0 if there is no fault, 1 if there are faults. */
async function main(tables: number, seed: number): Promise<number> {
  await using keeper = new ProcessKeeper()
  const installed = await installPlanner(keeper, say)
  const folder = newRunFolder(cacheFolder('planning-run'))
  const java = new JavaPlanner(keeper, installed, join(folder, 'java.log'))
  const report = new Report()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < tables) {
      const number = next++
      const place = join(folder, `table-${number}`)
      mkdirSync(join(place, 'metadata'), { recursive: true })
      await compareTable(java, planningCase(seed, number, place), number, report)
      rmSync(place, { recursive: true, force: true })
      if (number % 200 === 199)
        say(`${number + 1} tables, ${report.scans} scans, ${report.faults.length} faults`)
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
  console.log(report.text())
  if (report.faults.length > 0) return 1
  return await leaveNothing(keeper, folder)
}

async function compareTable(
  java: JavaPlanner,
  table: PlanningCase,
  number: number,
  report: Report,
): Promise<void> {
  const answer = await java.ask(table as unknown as JsonObject)
  if (answer.error !== undefined) return report.skip(answer.error)
  const planner = new HeadgatePlanner(answer.metadata)
  const snapshots = (answer.metadata as JsonObject)['snapshots'] as readonly JsonObject[]
  for (const [index, scan] of table.scans.entries()) {
    const expected = answer.scans[index]
    if (expected === undefined) continue
    const planned = await planner.plan(scan).catch((error: unknown) => String(error))
    const what = `table ${number} of format ${table.format} with ${snapshots.length} snapshots, filter ${stringify(scan.filter)}`
    // Java throws a NullPointerException when it evaluates starts-with for a partition with the value null. Such a scan
    // has no expected result, so it is counted and not compared.
    if (expected.error?.includes('NullPointerException') === true) {
      report.javaFailed += 1
      continue
    }
    if (typeof planned === 'string' || expected.error !== undefined) {
      const both = typeof planned === 'string' && expected.error !== undefined
      if (both) report.refused += 1
      else
        report.fault(
          `only one planner refuses the scan: ${typeof planned === 'string' ? planned : expected.error}`,
          what,
        )
      continue
    }
    const { files = [], rows } = expected
    report.add(compare(scan.filter, planned, files, rows === undefined ? null : new Set(rows)), what)
  }
}

await runCommand('conformance:planning', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tables: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const tables = values.tables ?? (values.quick ? '60' : '2000')
  return await main(wholeNumber('--tables', tables), wholeNumber('--seed', values.seed, 0))
})
