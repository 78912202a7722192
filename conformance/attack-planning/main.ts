import { parseArgs } from 'node:util'
import type { Random } from '../attack/random.ts'
import { type CaseResult, runSuites } from '../attack/run-suites.ts'
import { humanReport, isClean } from '../attack/suite-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { wholeNumber } from '../lib/read-flags.ts'
import { sender } from '../refresh/catalog-client.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { openFixture } from './fixture.ts'
import type { Outcome, Suite } from './suite.ts'
import { verdict } from './verdict.ts'
import { exploding } from './suites/exploding.ts'
import { malformed } from './suites/malformed.ts'
import { replayed } from './suites/replayed.ts'
import { around, legitimate, restricted } from './suites/restricted.ts'
import { sealed, swapped } from './suites/sealed.ts'

const suites = [sealed, swapped, replayed, exploding, malformed, restricted, around, legitimate]

const usage = `npm run attack:planning -- [--quick] [--cases N] [--seconds N] [--seed N] [--suite NAME]

Starts a server and attacks its scan plans and restricted reads with generated cases. All must fail.

  --quick        60 seconds at most
  --cases N      number of cases (default: 4000)
  --seconds N    time limit
  --seed N       repeats the cases of an earlier run
  --suite NAME   runs only this suite and the legitimate requests

Exit codes: 0 all attacks failed, 1 an attack succeeded or a legitimate request failed, 2 the run was not possible.`

await runCommand('attack:planning', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      cases: { type: 'string', default: '4000' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      suite: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const limit =
    values.seconds === undefined ? (values.quick ? 60 : Infinity) : wholeNumber('--seconds', values.seconds)
  if (values.suite !== undefined && !suites.some(({ name }) => name === values.suite))
    throw new Error(`There is no suite ${values.suite}.`)
  // Always includes the legitimate requests, because a server that refuses every request would otherwise pass.
  const chosen = suites.filter(
    (suite) => values.suite === undefined || suite.name === values.suite || suite === legitimate,
  )
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('attack-planning-run'))
  say('starting a server')
  const fixture = await openFixture(keeper, folder)
  const seed = wholeNumber('--seed', values.seed, 0)
  say(`attacking, seed ${seed}`)
  const attacks = new Map<Suite, (random: Random) => Promise<Outcome>>()
  // Opens all suites, even when only one of them runs, because the suite `sealed` creates a table that other suites
  // use.
  for (const suite of suites) attacks.set(suite, await suite.open(fixture))
  const health = sender(fixture.lab.uri, {})
  const run = async (suite: Suite, random: Random, index: number): Promise<CaseResult> => {
    const outcome = await attacks.get(suite)?.(random)
    if (outcome === undefined) throw new TypeError(`The suite ${suite.name} is not open.`)
    const { what, seen, isLegitimate } = outcome
    const found = verdict(outcome)
    const isHealthy = index % 100 !== 99 || (await health('GET', 'health/live')).status === 200
    return {
      what,
      statuses: seen.map(({ status }) => status),
      escapes: isLegitimate === true ? [] : found,
      broken: [...(isLegitimate === true ? found : []), ...(isHealthy ? [] : ['the server is not healthy'])],
    }
  }
  const cases = wholeNumber('--cases', values.cases)
  const result = await runSuites(chosen, { run }, { seed, cases, seconds: limit, say })
  hangUp()
  console.log(humanReport(result))
  if (!isClean(result)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
})
