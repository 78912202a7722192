import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { seconds, textTable } from '../lib/text-table.ts'
import { runDoctor, type DoctorRun } from './doctor-run.ts'
import { openGround, type Ground, type Planted } from './fault.ts'
import { authenticationFaults } from './faults/authentication.ts'
import { credentialFaults } from './faults/credentials.ts'
import { expiryFaults } from './faults/expiry.ts'
import { identityFaults } from './faults/identity.ts'
import { reachingFaults } from './faults/reaching.ts'
import { storageFaults } from './faults/storage.ts'
import { healthySetUps, usualLayers } from './healthy.ts'
import { judgeFault, judgeHealthy } from './judge.ts'
import { openDoctorLab, type DoctorLab } from './lab.ts'
import { proveWithPyIceberg } from './prove-pyiceberg.ts'

const usage = `npm run test:doctor [-- --quick] [-- --select TEXT …] [-- --json]

Plants faults in front of a server and its storage, and checks that \`headgate doctor\` names each with its remedy at the first
try. It also checks that the doctor reports no problem of healthy set-ups.
  --quick         without the run of PyIceberg with the healthy configuration
  --select TEXT   only faults and set-ups whose names contain this text; may be repeated
  --json          print the results as JSON`

const faults = [
  ...reachingFaults,
  ...authenticationFaults,
  ...identityFaults,
  ...credentialFaults,
  ...storageFaults,
  ...expiryFaults,
]

interface Result {
  readonly name: string
  readonly kind: 'fault' | 'healthy'
  readonly report: string | null
  /** Identifier of the first finding in the report. */
  readonly found: string
  /** Reasons why the report of the doctor is wrong. Empty if it is correct. */
  readonly wrong: readonly string[]
  readonly ms: number
}

interface Task {
  readonly name: string
  readonly kind: Result['kind']
  readonly report: string | null
  readonly plant: (ground: Ground) => Promise<Planted> | Planted
  readonly judge: (run: DoctorRun) => readonly string[]
}

/**
 * Runs all checks. Returns the exit code 0 if the doctor reported every planted fault and no finding for a healthy
 * configuration.
 */
async function main(options: { quick: boolean; select: readonly string[]; json: boolean }): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('doctor-run'))
  const steps: (readonly [string, number])[] = []
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now()
    const value = await work()
    steps.push([step, performance.now() - started])
    say(`${step}: ${seconds(performance.now() - started)}`)
    return value
  }
  await using lab = await timed('start the server', () => openDoctorLab(keeper, folder))
  const wanted = ({ name }: Pick<Task, 'name'>): boolean =>
    options.select.length === 0 || options.select.some((text) => name.includes(text))
  const healthy = healthySetUps.map((each): Task => ({
    ...each,
    kind: 'healthy',
    report: null,
    judge: (run) => judgeHealthy(each.reaches ?? usualLayers, run),
  }))
  const tasks = [...faults.map(toTask), ...healthy].filter(wanted)
  const results = await timed('faults and healthy set-ups', () => runTasks(lab, tasks))
  if (!options.quick && options.select.length === 0)
    results.push(await timed('PyIceberg', () => proveWithPyIceberg(lab)))
  console.log(options.json ? JSON.stringify({ results, steps }, null, 2) : humanReport(results, steps))
  if (results.some(({ wrong }) => wrong.length > 0) || results.length === 0) return 1
  return await leaveNothing(keeper, folder)
}

/** Returns whether a task waits until credentials have expired. */
const waits = ({ name }: Task): boolean => /\bwait\b|has ended/.test(name)

const toTask = (fault: (typeof faults)[number]): Task => ({
  name: fault.name,
  kind: 'fault',
  report: fault.report,
  plant: fault.plant,
  judge: (run) => judgeFault(fault, run),
})

/** Runs the tasks, two at the same time. Tasks that mostly wait are all started immediately. */
async function runTasks(lab: DoctorLab, tasks: readonly Task[]): Promise<Result[]> {
  const results: Result[] = []
  const all = [...tasks.entries()]
  const work = async (queue: [number, Task][]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, task] = next
      results[index] = await runTask(lab, task, index)
    }
  }
  const waiting = all.filter(([, task]) => waits(task))
  const working = all.filter(([, task]) => !waits(task))
  await Promise.all([...waiting.map((each) => work([each])), work(working), work(working)])
  return results
}

async function runTask(lab: DoctorLab, task: Task, index: number): Promise<Result> {
  const { name, kind, report } = task
  const folder = join(lab.folder, `${kind}-${index}`)
  mkdirSync(folder)
  await using ground = openGround(lab, folder)
  const { file, files = {}, args = [], env = {} } = await task.plant(ground)
  for (const [path, text] of Object.entries({
    ...files,
    ...(file === undefined ? {} : { [file.name]: file.text }),
  }))
    writeFileSync(join(folder, path), text, { mode: 0o600 })
  const run = await runDoctor(lab.keeper, {
    folder,
    name: `${kind}-${index}`,
    args: [...(file === undefined ? [] : [file.name]), ...args],
    env,
  })
  const secrets = [lab.credential, lab.poorCredential, lab.adminCredential, lab.engineCredential].map(
    (credential) => credential.slice(credential.indexOf(':') + 1),
  )
  const leaked = secrets.some((secret) => run.output.includes(secret)) || /eyJ[\w-]+\.eyJ/.test(run.output)
  const wrong = [...task.judge(run), ...(leaked ? ['a secret was printed'] : [])]
  say(
    `${wrong.length === 0 ? 'ok' : 'WRONG'}  ${name}  ${seconds(run.ms)}${wrong.length === 0 ? '' : `: ${wrong.join('; ')}`}`,
  )
  return { name, kind, report, found: run.findings[0]?.id ?? 'none', wrong, ms: run.ms }
}

function humanReport(results: readonly Result[], steps: readonly (readonly [string, number])[]): string {
  const rows = results.map(({ name, kind, report, found, wrong, ms }) => [
    wrong.length === 0 ? 'ok' : 'WRONG',
    kind,
    name,
    found,
    report?.replace('https://github.com/', '') ?? '',
    seconds(ms),
  ])
  const wrong = results.flatMap(({ name, wrong: reasons }) => reasons.map((reason) => `${name}: ${reason}`))
  const right = (kind: Result['kind']): string => {
    const all = results.filter((result) => result.kind === kind)
    return `${all.filter((result) => result.wrong.length === 0).length} of ${all.length}`
  }
  const reports = new Set(
    results.flatMap(({ report, wrong: reasons }) => (report === null || reasons.length > 0 ? [] : [report])),
  )
  return [
    textTable([['result', 'kind', 'name', 'first finding', 'report', 'time'], ...rows]),
    ...(wrong.length === 0 ? [] : ['', ...wrong]),
    '',
    textTable(steps.map(([step, ms]) => [step, seconds(ms)])),
    '',
    `${right('fault')} faults named with their remedy (${reports.size} reports), ${right('healthy')} healthy set-ups without a finding`,
  ].join('\n')
}

await runCommand('test:doctor', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      select: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return values.help ? printed(usage) : await main(values)
})
