import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../lib/command.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { seconds, textTable } from '../lib/text-table.ts'
import { installTools } from './install.ts'
import type { Replication } from './patroni-node.ts'
import { failOver, type Outcome } from './scenario.ts'

const usage = `npm run conformance:failover -- [options]

Kills the primary of a Patroni cluster under commits through two servers, with synchronous and with asynchronous
replication: no acknowledged commit that the new primary has is lost or replaced. Installs Patroni and etcd; PostgreSQL
with pg_basebackup must be there (Debian: apt-get install postgresql).

  --quick                    one kill with each kind of replication and fewer commits
  --replication KIND         only synchronous or asynchronous
  --help`

const kinds: readonly Replication[] = ['synchronous', 'asynchronous']

/** Returns the exit code: 0 if no commit was lost, 1 if a commit was lost, 2 if the run was not possible. */
async function main(quick: boolean, replications: readonly Replication[]): Promise<number> {
  await using keeper = new ProcessKeeper()
  const began = Date.now()
  const tools = await installTools(keeper, say)
  say(`tools installed (${seconds(Date.now() - began)})`)
  // The path must be short, because the length of socket paths is limited. It is outside of the cache folder, which
  // other users may not be able to read.
  const folder = mkdtempSync(join(tmpdir(), 'hg-failover-'))
  const outcomes: Outcome[] = []
  for (const replication of replications) {
    await using own = new ProcessKeeper()
    const place = join(folder, replication)
    const size = quick ? { rounds: 1, commits: 100 } : { rounds: 3, commits: 500 }
    outcomes.push(...(await failOver(own, { tools, folder: place, replication, say, ...size })))
  }
  const rows = outcomes.map(({ replication, acknowledged, notReplicated, lost }) => [
    replication,
    acknowledged,
    notReplicated,
    lost.length,
  ])
  console.log(textTable([['replication', 'acknowledged', 'not replicated', 'lost'], ...rows]))
  console.log(`in ${seconds(Date.now() - began)}`)
  for (const { replication, lost } of outcomes)
    for (const key of lost.slice(0, 10)) console.log(`LOST  ${replication}: ${key}`)
  if (
    outcomes.some(({ replication, notReplicated }) => replication === 'asynchronous' && notReplicated === 0)
  )
    throw new Error(
      `A failover with stopped replication lost no commit, so this run could not detect lost commits and is not valid. Logs: ${folder}`,
    )
  if (outcomes.some(({ lost }) => lost.length > 0)) {
    say(`logs and data: ${folder}`)
    return 1
  }
  rmSync(folder, { recursive: true, force: true })
  return 0
}

await runCommand('conformance:failover', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      replication: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const chosen = kinds.filter((kind) => values.replication === undefined || kind === values.replication)
  if (chosen.length === 0) throw new Error(`--replication takes ${kinds.join(' or ')}.`)
  return await main(values.quick, chosen)
})
