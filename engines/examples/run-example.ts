import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toMessage } from '../../conformance/lib/command.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { withoutOwnVariables } from '../../conformance/lib/safe-env.ts'
import type { Example, ExamplePrograms } from './example.ts'
import { runSteps } from './run-steps.ts'
import { stageExample, type StagedExample } from './stage.ts'

export interface ExampleResult {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'left out'
  /** Reason why the example failed or was skipped, or null. */
  readonly reason: string | null
  readonly ms: number
}

/**
 * Runs the commands of an example's README in a copy of the example below `parent`. Deletes the copy if the example
 * passes.
 */
export async function runExample(
  example: Example,
  parent: string,
  say: (line: string) => void,
): Promise<ExampleResult> {
  const started = Date.now()
  const folder = join(parent, example.name)
  const toResult = (outcome: ExampleResult['outcome'], reason: string | null): ExampleResult => ({
    name: example.name,
    outcome,
    reason,
    ms: Date.now() - started,
  })
  try {
    await using keeper = new ProcessKeeper()
    const context = { ...(await stageExample(example.name, folder)), keeper, say }
    const programs = await example.prepare(context)
    if (typeof programs === 'string') return toResult('left out', programs)
    if (example.run !== undefined) await example.run(context, programs)
    else {
      const env = environment(context, programs)
      const printed = await runSteps(context.readme, { keeper, folder, env, say })
      await example.check?.(context, printed)
    }
  } catch (error) {
    return toResult('failed', `${toMessage(error)}\nlogs: ${folder}`)
  }
  rmSync(folder, { recursive: true, force: true })
  return toResult('passed', null)
}

/**
 * Returns the environment of the commands, with which they find the installed programs and the server on the ports of
 * the copy.
 */
function environment(
  { folder, port }: StagedExample,
  { path = [], env = {}, programs = {} }: ExamplePrograms,
): Record<string, string | undefined> {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const [name, script] of Object.entries({ npx, ...programs }))
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return {
    ...withoutOwnVariables(),
    HEADGATE_URL: `http://127.0.0.1:${port(8181)}`,
    HEADGATE_PORT: String(port(8181)),
    HEADGATE_S3_PORT: String(port(8182)),
    ...env,
    PATH: [bin, ...path, process.env['PATH'] ?? ''].join(':'),
  }
}

// Replaces npx, so that `npx headgate` runs the command line of this repository.
const npx = `program=$1
shift
case $program in
  headgate) exec "${process.execPath}" "${join(repositoryRoot, 'packages/cli/bin/headgate.cjs')}" "$@" ;;
  node) exec "${process.execPath}" --disable-warning=ExperimentalWarning "$@" ;;
  *) echo "npx $program is not available to examples" >&2; exit 1 ;;
esac`
