import { openLab, ownPlace } from '../identity/lab.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { allFamilies } from './families.ts'
import { type AttackOptions, readOptions, usage } from './options.ts'
import { humanReport, isClean, jsonReport } from './report.ts'
import { runFamilies } from './run.ts'
import { openScene } from './scene.ts'
import { startTrap } from '../identity/trap.ts'

/** Exit code: 0 nothing got through, 1 something did or said nothing, 2 it could not run. */
async function main(options: AttackOptions): Promise<number> {
  const { given, families: names, json, seed } = options
  const unknown = names.find((wanted) => !allFamilies.some(({ name }) => name === wanted))
  if (unknown !== undefined) throw new Error(`no such family: ${unknown}; --list prints them`)
  // Without what must succeed, refusals say nothing.
  const families = allFamilies.filter(
    ({ name, legitimate }) => names.length === 0 || names.includes(name) || legitimate === true,
  )
  await using keeper = new ProcessKeeper()
  await using trap = await startTrap()
  const folder = newRunFolder(cacheFolder('attack-identity-run'))
  say(given === undefined ? 'starting a server' : `attacking ${given.uri}`)
  await using own = given === undefined ? await ownPlace(keeper, folder) : null
  const place = own ?? (given === undefined ? null : { ...given, issuer: null, otherIssuer: null })
  if (place === null) throw new Error('there is no server')
  const scene = await openScene(await openLab(place), trap, own !== null)
  say(`attacking, seed ${seed}`)
  const result = await runFamilies(scene, families, { ...options, say })
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
  return printed(allFamilies.map(({ name, about }) => `${name}: ${about}`).join('\n'))
})
