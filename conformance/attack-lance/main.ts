import { parseArgs } from 'node:util'
import type { Random } from '../attack/random.ts'
import { type CaseResult, runSuites } from '../attack/run-suites.ts'
import { humanReport, isClean } from '../attack/suite-report.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { wholeNumber } from '../lib/read-flags.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { hangUp } from '../refresh/s3-request.ts'
import { type Fixture, openFixture } from './fixture.ts'
import { type Attack, type Suite, suites } from './suites.ts'

const usage = `npm run attack:lance [-- --cases N] [--seed N] [--quick]

Attacks the Lance Namespace of a server, which it starts, with generated requests of a caller that may not see the
tables of another one.
  --cases N   number of cases (default: 4000)
  --quick     400 cases
  --seed N    seed of the cases; repeats an earlier run (default: from the clock)`

/** Matches internals of the server in a response: stack traces, SQL, paths of the machine. */
const insides =
  /\bat \S+ \(?(?:file:|node:|\/)|\bnode_modules\b|\bSELECT\s.+\sFROM\b|violates \w+ constraint|ENOENT/i
/** Number of cases between two comparisons of the victim's state. */
const compareEvery = 100

/** Returns the exit code: 0 if all attacks failed, 1 if one succeeded, 2 if the run was not possible. */
async function main(cases: number, seed: number): Promise<number> {
  await using keeper = new ProcessKeeper()
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  const folder = newRunFolder(cacheFolder('attack-lance-run'))
  say('starting a server')
  const fixture = await openFixture(keeper, folder)
  const before = await fixture.victimState()
  const compare = async (): Promise<readonly string[]> =>
    (await fixture.victimState()) === before ? [] : ['the victim changed']
  const run = async (suite: Suite, random: Random, index: number): Promise<CaseResult> => {
    const attack = await suite.run(fixture, random)
    const { escapes, broken } = judge(fixture, suite, attack)
    const changed = index % compareEvery === 0 ? await compare() : []
    const statuses = attack.responses.map(({ status }) => status)
    return { what: attack.what.slice(0, 500), statuses, escapes: [...escapes, ...changed], broken }
  }
  say(`attacking, seed ${seed}`)
  const result = await runSuites(suites, { run, conclude: compare }, { seed, cases, seconds: Infinity, say })
  hangUp()
  console.log(humanReport(result))
  if (!isClean(result)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

function judge(
  { secrets }: Fixture,
  { legitimate }: Suite,
  { what, responses }: Attack,
): Pick<CaseResult, 'escapes' | 'broken'> {
  const refused = responses.filter(({ status }) => status >= 400)
  if (legitimate === true)
    return { escapes: [], broken: refused.map(({ json }) => `it was refused: ${JSON.stringify(json)}`) }
  const escapes = responses.flatMap(({ status, json }) => {
    const text = JSON.stringify(json)
    return [
      ...(status < 400 ? [`it was accepted (${status}): ${text.slice(0, 200)}`] : []),
      ...(status >= 500 ? [`the server failed (${status}): ${text.slice(0, 200)}`] : []),
      // A secret that the request of the attacker contains is not a leak, because a response may repeat parts of the
      // request.
      ...(secrets.some((secret) => text.includes(secret) && !what.includes(secret))
        ? ['the response contains a secret of the victim']
        : []),
      ...(insides.test(text) ? [`the response shows the inside: ${text.slice(0, 200)}`] : []),
    ]
  })
  return { escapes, broken: [] }
}

await runCommand('attack:lance', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '4000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return printed(usage)
  const cases = values.quick ? 400 : wholeNumber('--cases', values.cases)
  return await main(cases, wholeNumber('--seed', values.seed, 0))
})
