import { parseArgs } from 'node:util'
import { Random } from '../attack/random.ts'
import { leaveNothing, printed, runCommand, say, toMessage } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { wholeNumber } from '../lib/read-flags.ts'
import { textTable } from '../lib/text-table.ts'
import { sender } from '../refresh/catalog-client.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { openFixture } from './fixture.ts'
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
  --suite NAME   runs only this suite

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
  const only = suites.filter(({ name }) => values.suite === undefined || name === values.suite)
  if (only.length === 0) throw new Error(`There is no suite ${values.suite}.`)
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('attack-planning-run'))
  say('starting a server')
  const fixture = await openFixture(keeper, folder)
  const seed = wholeNumber('--seed', values.seed, 0)
  say(`attacking, seed ${seed}`)
  const random = new Random(seed)
  const opened = []
  // Opens all suites, even when only one of them runs, because the suite `sealed` creates a table that other suites
  // use.
  for (const suite of suites)
    opened.push({ suite, attack: await suite.open(fixture), cases: 0, failures: new Set<string>() })
  const chosen = opened.filter(({ suite }) => only.includes(suite))
  const health = sender(fixture.lab.uri, {})
  const end = performance.now() + limit * 1_000
  let done = 0
  for (; done < wholeNumber('--cases', values.cases) && performance.now() < end; done += 1) {
    const one = random.pickByWeight(chosen, ({ suite }) => suite.weight)
    one.cases += 1
    try {
      const outcome = await one.attack(random)
      for (const failure of verdict(outcome)) one.failures.add(`${outcome.what}: ${failure}`)
    } catch (error) {
      one.failures.add(`a case could not run: ${toMessage(error)}`)
    }
    if (done % 100 === 99 && (await health('GET', 'health/live')).status !== 200)
      one.failures.add('the server is not healthy')
  }
  hangUp()
  const rows = chosen.map(({ suite, cases, failures }) => [
    suite.name,
    String(cases),
    String(failures.size),
    suite.about,
  ])
  console.log(textTable([['suite', 'cases', 'escapes', 'attacks'], ...rows]))
  const failures = chosen.flatMap(({ suite, failures: found }) =>
    [...found].map((each) => `${suite.name}: ${each}`),
  )
  console.log(`${done} cases, ${failures.length} escapes, seed ${seed}`)
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`)
  if (failures.length > 0) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
})
