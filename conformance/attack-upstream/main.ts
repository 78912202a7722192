import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { openFixture } from './fixture.ts'
import { type AttackOptions, readOptions, usage } from './options.ts'
import { humanReport, isClean, jsonReport } from '../attack/suite-report.ts'
import { attackUpstream } from './run.ts'
import { allSuites } from './suites.ts'

/**
 * Returns the exit code: 0 if all attacks failed, 1 if an attack succeeded or a case has no result, 2 if the run was
 * not possible.
 */
async function main(options: AttackOptions): Promise<number> {
  const { suites: names, json, seed } = options
  const unknown = names.find((wanted) => !allSuites.some(({ name }) => name === wanted))
  if (unknown !== undefined)
    throw new Error(`unknown suite ${unknown}: --list prints the names of the suites`)
  // Always includes the legitimate requests, because a server that refuses every request would otherwise pass.
  const suites = allSuites.filter(
    ({ name, legitimate }) => names.length === 0 || names.includes(name) || legitimate === true,
  )
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('attack-upstream-run'))
  say('starting two servers')
  await using fixture = await openFixture(keeper, folder)
  say(`attacking, seed ${seed}`)
  const result = await attackUpstream(fixture, suites, { ...options, say })
  hangUp()
  console.log(json ? jsonReport(result) : humanReport(result))
  if (!isClean(result)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

await runCommand('attack:upstream', async (args) => {
  const options = readOptions(args, Date.now())
  if (options === undefined) return printed(usage)
  if (!options.list) return await main(options)
  return printed(allSuites.map(({ name, about }) => `${name}: ${about}`).join('\n'))
})
