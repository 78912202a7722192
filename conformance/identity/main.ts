import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { openLab, ownPlace } from './lab.ts'
import { type IdentityOptions, readOptions, usage } from './options.ts'
import { humanReport, jsonReport, sumTotals } from './report.ts'
import { runSuite, type SuiteResult } from './suite.ts'
import { startTrap } from './trap.ts'
import { openOwnFixture } from './own-fixture.ts'

/**
 * Runs the suite. Returns the exit code: 0 if the server passed all checks, 1 if it failed a check, 2 if the suite
 * could not run.
 */
async function main({ server, select, json }: IdentityOptions): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('identity-run'))
  let result: SuiteResult
  if (server === undefined) {
    say('starting a server')
    await using trap = await startTrap()
    await using place = await ownPlace(keeper, folder)
    result = await runSuite(await openOwnFixture(await openLab(place), trap), { select, say })
  } else {
    say(`checking ${server.uri}`)
    result = await runSuite({ ...server, lab: undefined, trap: undefined }, { select, say })
  }
  hangUp()
  console.log(json ? jsonReport(result) : humanReport(result))
  const { ok, failed } = sumTotals(result.results)
  if (failed > 0 || ok === 0) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

await runCommand('conformance:identity', async (args) => {
  const options = readOptions(args, process.env)
  return options === undefined ? printed(usage) : await main(options)
})
