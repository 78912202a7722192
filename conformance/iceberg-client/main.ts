import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { findMinio, installMinio } from '../lib/minio.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { installKit } from '../rck/install.ts'
import { installBotocore } from '../sigv4/install.ts'
import { startFixturePeer } from './peers/fixture.ts'
import { startHeadgatePeer } from './peers/headgate.ts'
import { startNessiePeer } from './peers/nessie.ts'
import type { Peer } from './peers/peer.ts'
import { behindFront } from './peers/signed.ts'
import { humanReport, jsonReport, sumTotals, type PeerResult } from './report.ts'
import { runPeer } from './run-peer.ts'

const usage = `npm run conformance:iceberg-client [-- --json] [-- --peer NAME …]

Runs @headgate/iceberg/client against catalogs that it starts.
  --peer NAME   headgate, iceberg-fixture, nessie, iceberg-fixture-signed or nessie-signed; may be repeated.
                Default: all five
  --json        the report for programs`

type Start = (keeper: ProcessKeeper, folder: string) => Promise<Peer>

const startFixture: Start = async (keeper, folder) =>
  await startFixturePeer(keeper, folder, (await installKit(keeper, say)).jars)

const startNessie: Start = async (keeper, folder) =>
  await startNessiePeer(keeper, folder, await installMinio(keeper, say))

const signed =
  (start: Start): Start =>
  async (keeper, folder) => {
    const botocore = await installBotocore(keeper, say)
    return await behindFront(keeper, folder, await start(keeper, folder), botocore)
  }

const peers: Readonly<Record<string, Start>> = {
  headgate: (keeper, folder) => startHeadgatePeer(keeper, folder, findMinio()),
  'iceberg-fixture': startFixture,
  nessie: startNessie,
  'iceberg-fixture-signed': signed(startFixture),
  'nessie-signed': signed(startNessie),
}

/**
 * Runs all checks. Returns the exit code: 0 if the client passed all checks, 1 if it failed a check, 2 if the suite
 * could not run.
 */
async function main(names: readonly string[], json: boolean): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('iceberg-client-run'))
  const done: PeerResult[] = []
  for (const name of names) {
    const start = peers[name]
    if (start === undefined) throw new Error(`unknown server ${name}\n\n${usage}`)
    const own = join(folder, name)
    mkdirSync(own)
    done.push(await runPeer(await start(keeper, own), say))
    await keeper.stopAll()
  }
  console.log(json ? jsonReport(done) : humanReport(done))
  if (done.some(({ results }) => sumTotals(results).failed > 0)) return 1
  return await leaveNothing(keeper, folder)
}
await runCommand('conformance:iceberg-client', async (args) => {
  const options = {
    peer: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  // Sets the variables in this process, because the AWS SDK reads the environment of the process.
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  if (values.help === true) return printed(usage)
  return await main(values.peer ?? Object.keys(peers), values.json ?? false)
})
