import { createRequire } from 'node:module'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { say } from '../../conformance/lib/command.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'

const test = 'packages/server/test/faults/upgrade/replica-by-replica.test.ts'

/** Runs the test in which replicas of an older version are replaced one by one. Returns whether it passed. */
export async function runReplicaTest(keeper: ProcessKeeper, checkout: string): Promise<boolean> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const log = `${checkout}-test.log`
  rmSync(log, { force: true })
  const { code } = await keeper.runToExit({
    name: 'vitest',
    command: process.execPath,
    args: [vitest, 'run', test],
    cwd: repositoryRoot,
    env: { HEADGATE_OLDER_CHECKOUT: checkout },
    log,
    timeoutMs: 5 * 60_000,
  })
  if (code !== 0) say(`the test failed; see ${log}`)
  return code === 0
}
