import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../../conformance/lib/command.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { checkOut } from './check-out.ts'
import { listReleases } from './list-releases.ts'
import { runReplicaTest } from './run-replica-test.ts'

const usage = `npm run test:upgrade -- [--from REVISION]... [--json]

Runs two replicas of each released version, and replaces them one by one by replicas of this version, under load
(packages/server/test/faults/upgrade). The first run of a version installs its dependencies in the cache folder.

  --from REVISION   a revision of this repository instead of the releases; can be repeated
  --json            print the result as one JSON document
  --help

Exit codes: 0 every upgrade succeeded, 1 an upgrade failed, 2 the test could not run.`

interface Upgrade {
  readonly from: string
  readonly seconds: number
  readonly passed: boolean
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const revisions = values.from ?? (await listReleases())
  await using keeper = new ProcessKeeper()
  const upgrades: Upgrade[] = []
  for (const from of revisions) {
    say(`upgrade from ${from} …`)
    const checkout = await checkOut(keeper, from)
    const began = performance.now()
    const passed = await runReplicaTest(keeper, checkout)
    upgrades.push({ from, seconds: Math.round((performance.now() - began) / 1_000), passed })
  }
  if (values.json) console.log(JSON.stringify({ upgrades }, null, 2))
  else {
    for (const { from, seconds, passed } of upgrades)
      console.log(`${passed ? 'passed' : 'FAILED'}  upgrade from ${from} (${seconds} s)`)
    if (revisions.length === 0)
      console.log('Nothing to test: the repository has no tag of a release. Name a revision with --from.')
  }
  return upgrades.every(({ passed }) => passed) ? 0 : 1
}

await runCommand('test:upgrade', main)
