import { parseArgs } from 'node:util'
import { type Escape, escapeText } from '../attack/escape.ts'
import { Random } from '../attack/random.ts'
import { stageManifest } from '../lance/stage-manifest.ts'
import { success } from '../lance/wire.ts'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { wholeNumber } from '../lib/read-flags.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { textTable } from '../lib/text-table.ts'
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

interface Count {
  readonly suite: Suite
  readonly random: Random
  cases: number
  escapes: number
}

/** Returns the exit code: 0 if all attacks failed, 1 if one succeeded, 2 if the run was not possible. */
async function main(cases: number, seed: number): Promise<number> {
  await using keeper = new ProcessKeeper()
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  const folder = newRunFolder(cacheFolder('attack-lance-run'))
  say('starting a server')
  const fixture = await openFixture(keeper, folder)
  const before = await fixture.victimState()
  const counts = suites.map((suite, index) => ({
    suite,
    random: new Random(seed + index),
    cases: 0,
    escapes: 0,
  }))
  const escapes: Escape[] = []
  const turns = new Random(seed)
  say(`attacking, seed ${seed}`)
  for (let index = 0; index < cases; index += 1) {
    const count = turns.pick<Count>(counts)
    const attack = await count.suite.run(fixture, count.random)
    const found = [...judge(fixture, attack), ...(await compare(fixture, before, index))]
    count.cases += 1
    if (found.length === 0) continue
    count.escapes += 1
    escapes.push({
      index,
      what: `${count.suite.name}: ${attack.what.slice(0, 500)}`,
      statuses: attack.responses.map(({ status }) => status),
      found,
    })
    if (escapes.length >= 20) break
  }
  if ((await fixture.victimState()) !== before)
    escapes.push({ index: cases, what: 'all cases together', statuses: [], found: ['the victim changed'] })
  await demandLegitimate(fixture)
  hangUp()
  const rows = counts.map(({ suite, cases: sent, escapes: made }) => [suite.name, sent, made, suite.about])
  console.log(textTable([['suite', 'cases', 'ESCAPES', 'what'], ...rows]))
  for (const escape of escapes) console.log(escapeText('attack:lance', escape))
  console.log(`${cases} cases, ${escapes.length} escapes, seed ${seed}`)
  if (escapes.length > 0) return 1
  return await leaveNothing(keeper, folder)
}

function judge({ secrets }: Fixture, { what, responses }: Attack): readonly string[] {
  return responses.flatMap(({ status, json }) => {
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
}

async function compare(fixture: Fixture, before: string, index: number): Promise<readonly string[]> {
  if (index % compareEvery !== 0) return []
  return (await fixture.victimState()) === before ? [] : ['the victim changed']
}

/** Demands that the attacker can use its own table. A server that refuses every request would pass otherwise. */
async function demandLegitimate({ attack, own }: Fixture): Promise<void> {
  const { body } = await stageManifest(own, 2, 'legitimate')
  success(await attack('CreateTableVersion', { id: own.id, body }))
  success(await attack('CreateTableTag', { id: own.id, body: { tag: 'mine', version: 2 } }))
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
