import { openLab, ownPlace } from '../identity/lab.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { allSuites } from './suites.ts'
import { type AttackOptions, readOptions, usage } from './options.ts'
import { humanReport, isClean, jsonReport } from './report.ts'
import { runSuites } from './run.ts'
import { openFixture } from './fixture.ts'
import { startTrap } from '../identity/trap.ts'

/**
 * Returns the exit code: 0 if all attacks failed, 1 if an attack succeeded or a case has no result, 2 if the run was
 * not possible.
 */
async function main(options: AttackOptions): Promise<number> {
  const { server, suites: names, json, seed } = options
  const unknown = names.find((wanted) => !allSuites.some(({ name }) => name === wanted))
  if (unknown !== undefined)
    throw new Error(`unknown suite ${unknown}: --list prints the names of the suites`)
  // Always includes the suites of legitimate requests, because a server that refuses every request would
  // otherwise pass.
  const suites = allSuites.filter(
    ({ name, legitimate }) => names.length === 0 || names.includes(name) || legitimate === true,
  )
  await using keeper = new ProcessKeeper()
  await using trap = await startTrap()
  const folder = newRunFolder(cacheFolder('attack-identity-run'))
  say(server === undefined ? 'starting a server' : `attacking ${server.uri}`)
  // The tokens that the set-up requests must be valid until the end of a long run.
  const settings = { HEADGATE_TOKEN_TTL_SECONDS: '86400' }
  await using own = server === undefined ? await ownPlace(keeper, folder, settings) : null
  const place =
    own ?? (server === undefined ? null : { ...server, issuer: null, otherIssuer: null, startServer: null })
  if (place === null) throw new Error('No server is configured to attack: start one, or name its URL.')
  const fixture = await openFixture(await openLab(place), trap, own !== null)
  say(`attacking, seed ${seed}`)
  const result = await runSuites(fixture, suites, { ...options, say })
  hangUp()
  console.log(json ? jsonReport(result) : humanReport(result))
  if (!isClean(result)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

await runCommand('attack:identity', async (args) => {
  const options = readOptions(args, Date.now(), process.env)
  if (options === undefined) return printed(usage)
  if (!options.list) return await main(options)
  return printed(allSuites.map(({ name, about }) => `${name}: ${about}`).join('\n'))
})
