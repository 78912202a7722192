import { setTimeout as sleep } from 'node:timers/promises'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { allClasses } from './classes.ts'
import { openLakes } from './lakes.ts'
import { type AttackOptions, readOptions, usage } from './options.ts'
import { humanReport, isClean, jsonReport } from './report.ts'
import { runAttacks } from './run.ts'

/** Purges that an attack has set off have run by then. */
const settleMs = 3_000

/** Exit code: 0 nothing got through, 1 something did, 2 it could not run. */
async function main(options: AttackOptions): Promise<number> {
  const { cases, seconds, seed, enough, modes, required, attacks, json } = options
  const classes = allClasses.filter(({ name }) => attacks.length === 0 || attacks.includes(name))
  if (classes.length === 0) throw new Error(`no such attack: ${attacks.join(', ')}; --list prints them`)
  await using keeper = new ProcessKeeper()
  say('starting a server')
  const folder = newRunFolder(cacheFolder('attack-run'))
  const { lakes, leftOut } = await openLakes(keeper, folder, { modes, required })
  say(`attacking, seed ${seed}`)
  const result = await runAttacks(lakes, classes, { seed, cases, seconds, enough, leftOut, say })
  await sleep(settleMs)
  const late = lakes.flatMap(({ watch, mode }) =>
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
  return printed(allClasses.map(({ name, modes }) => `${name}  (${modes.join(', ')})`).join('\n'))
})
