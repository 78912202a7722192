import { join } from 'node:path'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { differences, readExpectations, writeExpectations } from './expectations.ts'
import { installKit } from './install.ts'
import { readOptions, usage, type RckOptions } from './options.ts'
import { humanReport, totalsOf } from './report.ts'
import { runKit } from './run-kit.ts'
import { openTarget } from './target.ts'

/** Exit code: 0 as expected, 1 not as expected, 2 the kit could not run. */
async function main(options: RckOptions): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('rck-run'))
  const kit = await installKit(keeper)
  const access = await openTarget(keeper, kit, options, folder)
  const started = Date.now()
  const results = await runKit(keeper, kit, { ...options, access, folder })
  const ms = Date.now() - started

  const set =
    options.expectations ??
    `${options.fixture ? 'fixture' : 'headgate'}${options.extended ? '-extended' : ''}`
  if (options.updateExpectations) writeExpectations(set, results)
  const partial = options.select.length > 0
  const expected = set === 'none' || partial ? undefined : readExpectations(set)
  const unexpected = expected
    ? differences(expected, results)
    : results.filter((r) => r.outcome === 'failed').map((r) => `${r.name}: failed`)

  if (options.json) {
    const totals = totalsOf(results)
    console.log(
      JSON.stringify({ uri: access.uri, totals, ms, expectations: set, unexpected, results }, undefined, 2),
    )
  } else {
    console.log(humanReport(results, ms))
    if (unexpected.length > 0) console.log(`\nnot as expected (${set}):\n  ${unexpected.join('\n  ')}`)
    else if (expected) console.log(`all as expected (${set})`)
    console.log(`reports and logs: ${join(folder)}`)
  }
  return unexpected.length === 0 ? 0 : 1
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) process.exitCode = await main(options)
  else console.log(usage)
} catch (error) {
  console.error(`conformance:rck: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
