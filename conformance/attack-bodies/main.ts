import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { type HeadgateServer, startHeadgate } from '../lib/headgate-server.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import type { ResponseCounts, AttackKind } from './attacker.ts'
import { type Caller, prepareCallers, warehouse } from './callers.ts'
import { type BodyAttackOptions, readOptions, usage } from './options.ts'
import { excesses, humanReport, type Memory, type Step, stepLine, type StepName } from './report.ts'
import { readServerState, type ServerState } from './server-state.ts'
import { prepareAttack, type PreparedAttack, startProbe } from './threads.ts'

/** Returns the exit code: 0 if no limit was exceeded, 1 if a limit was exceeded, 2 if the suite could not run. */
async function main(options: BodyAttackOptions): Promise<number> {
  const { seconds, rounds, settleSeconds, concurrency, json } = options
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('attack-bodies-run'))
  say('starting a server')
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'server.log'),
  })
  const { stranger, writer } = await prepareCallers(server)
  const prepare = (kind: AttackKind, caller: Caller, length = seconds): Promise<PreparedAttack> =>
    prepareAttack({ origin: server.origin, warehouse, concurrency, seconds: length, kind, ...caller })
  const attack = async (name: StepName, kind: AttackKind, caller: Caller): Promise<Step> => {
    const prepared = await prepare(kind, caller)
    return measured(server, name, () => prepared.start())
  }
  say('warming the server up with ordinary requests')
  await (await prepare('ordinary', writer, 2 * seconds)).start()
  await sleep(2_000)
  const before = await readServerState(server.origin)
  const steps: Step[] = []
  for (let round = 0; round < rounds; round += 1) {
    steps.push(
      await measured(server, 'without attack', async () => {
        await sleep(seconds * 1_000)
        return {}
      }),
      await attack('attack without rights', 'without rights', stranger),
      await attack('attack with rights', 'with rights', writer),
    )
  }
  say(`waiting ${settleSeconds} s for the memory`)
  await sleep(settleSeconds * 1_000)
  const settled = await readServerState(server.origin)
  const result = {
    steps,
    before: readMemory(before),
    settled: { seconds: settleSeconds, pauseMs: settled.pauseMs, ...readMemory(settled) },
  }
  const found = excesses(result, options.pauseFactor)
  console.log(json ? JSON.stringify({ ...result, excesses: found }) : humanReport(result, found))
  if (found.length > 0) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

function readMemory({ residentBytes, heapBytes, externalBytes }: ServerState): Memory {
  return { residentBytes, heapBytes, externalBytes }
}

async function measured(
  { origin }: HeadgateServer,
  name: StepName,
  work: () => Promise<ResponseCounts>,
): Promise<Step> {
  const startedAt = performance.now()
  const before = await readServerState(origin)
  const probe = startProbe(origin)
  const responses = await work()
  const health = await probe.stop()
  const after = await readServerState(origin)
  const step = {
    name,
    seconds: (performance.now() - startedAt) / 1_000,
    health,
    pauseMs: after.pauseMs,
    residentBytes: after.residentBytes,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    load: loadavg()[0] ?? 0,
    answers: responses,
  }
  say(stepLine(step))
  return step
}

await runCommand('attack:bodies', async (args) => {
  const options = readOptions(args)
  return options === undefined ? printed(usage) : await main(options)
})
