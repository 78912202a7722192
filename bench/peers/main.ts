import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import { addRunFolder, cacheFolder, forgetOldRuns } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import { reseat } from '../lib/cores.ts'
import { type CaseResult, runCase } from '../lib/case.ts'
import { describeMachine } from '../lib/machine.ts'
import { startBenchPostgres } from '../lib/postgres.ts'
import { markdown, type Report, saveReport } from '../lib/report.ts'
import { readPeerOptions, type PeerOptions, peerUsage } from './options.ts'
import { peerCases } from './cases.ts'
import { installRustberg } from './rustberg.ts'
import { startPeers } from './start.ts'
import { warmUp } from './warm-up.ts'

async function main(options: PeerOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(new ProcessKeeper())
  const runs = cacheFolder('bench', 'peers')
  const folder = addRunFolder(runs)
  stack.defer(() => forgetOldRuns(runs))
  // Some catalogs use several cores, so the servers are not limited to one core.
  const placement = options.placement ?? 'anywhere'
  const postgres = stack.use(await startBenchPostgres(cacheFolder('bench', 'postgres'), placement))
  const run: BenchRun = {
    keeper,
    placement,
    folder,
    repeats: options.repeats,
    warmUpMs: options.warmUpMs,
    durationMs: options.durationMs,
    loaders: 1,
    say: (line) => console.error(line),
  }
  const binary = await installMinio(keeper, run.say)
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: ['lake'] })
  reseat(placement, 'rest', minio.process.pid)
  if (options.install && options.peers.includes('rustberg')) await installRustberg(keeper, run.say)
  const peers = await startPeers({ run, postgres, minio, wanted: options.peers })
  const arena = { run, postgres, minio, peers }
  await warmUp(arena, options.jvmWarmUpMs)
  const results: CaseResult[] = []
  for (const one of await peerCases(arena)) results.push(await runCase(run, one))
  const report: Report = {
    title: 'Headgate compared with other catalogs',
    date: options.date,
    mode: options.mode,
    machine: describeMachine(await postgres.version()),
    placement,
    repeats: options.repeats,
    warmUpSeconds: options.warmUpMs / 1000,
    seconds: options.durationMs / 1000,
    notes: [
      `Servers that compile their code while they run (Java, Node) received ${options.jvmWarmUpMs / 1000} s of load before the first measurement.`,
      'Every catalog stores its metadata files in the same MinIO, unless its name states another storage. MinIO and PostgreSQL run on the same machine.',
      'Nessie returns one snapshot of a table, and all others return all snapshots. Headgate, Nessie and the fixture do not authenticate callers here; rustberg checks an API key.',
    ],
    cases: results,
  }
  await keeper.stopAll()
  rmSync(folder, { recursive: true, force: true })
  if (options.name !== undefined) {
    saveReport(report, fileURLToPath(new URL(`../results/${options.name}`, import.meta.url)))
  }
  console.log(options.json ? JSON.stringify(report, null, 2) : markdown(report))
}

let options: PeerOptions
try {
  options = readPeerOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${peerUsage}`)
  process.exit(2)
}
await main(options)
