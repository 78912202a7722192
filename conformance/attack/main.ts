import { setTimeout as sleep } from 'node:timers/promises'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { allSuites } from './suites.ts'
import { openFixtures } from './fixtures.ts'
import { type AttackOptions, readOptions, usage } from './options.ts'
import { humanReport, isClean, jsonReport } from './report.ts'
import { runAttacks } from './run.ts'

/** Time in ms to wait after the last case, in which the server finishes the purges that the attacks started. */
const settleMs = 3_000

/** Returns the exit code: 0 if all attacks failed, 1 if an attack succeeded, 2 if the run was not possible. */
async function main(options: AttackOptions): Promise<number> {
  const { cases, seconds, seed, enough, modes, required, attacks, json } = options
  const suites = allSuites.filter(({ name }) => attacks.length === 0 || attacks.includes(name))
  if (suites.length === 0)
    throw new Error(`unknown attack ${attacks.join(', ')}: --list prints the names of the attacks`)
  await using keeper = new ProcessKeeper()
  say('starting a server')
  const folder = newRunFolder(cacheFolder('attack-run'))
  const { fixtures, leftOut } = await openFixtures(keeper, folder, { modes, required })
  say(`attacking, seed ${seed}`)
  const result = await runAttacks(fixtures, suites, { seed, cases, seconds, enough, leftOut, say })
  await sleep(settleMs)
  const late = fixtures.flatMap(({ watch, mode }) =>
    watch.changes(true).map((change) => ({
      mode,
      attack: 'afterwards',
      index: cases,
      what: 'jobs of the server',
      statuses: [],
      found: [change],
    })),
  )
  hangUp()
  const whole = { ...result, escapes: [...result.escapes, ...late] }
  console.log(json ? jsonReport(whole) : humanReport(whole))
  if (!isClean(whole)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

await runCommand('attack:credentials', async (args) => {
  const options = readOptions(args, Date.now())
  if (options === undefined) return printed(usage)
  if (!options.list) return await main(options)
  return printed(allSuites.map(({ name, modes }) => `${name}  (${modes.join(', ')})`).join('\n'))
})
