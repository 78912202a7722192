import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../../conformance/lib/command.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'
import { installActionlint, version } from './install-actionlint.ts'

const usage = `npm run workflows:check -- [--json]

Checks .github/workflows with actionlint: syntax, expressions, contexts, inputs of actions and of called workflows, and
the shell scripts of steps where shellcheck is installed. The first run builds actionlint, which needs Go.

  --json   print the faults as one JSON document
  --help

Exit codes: 0 no faults, 1 faults, 2 the check could not run.`

interface Fault {
  readonly filepath: string
  readonly line: number
  readonly column: number
  readonly kind: string
  readonly message: string
}

/** Runs actionlint in the repository, and returns the faults that it reports. */
async function lint(binary: string): Promise<readonly Fault[]> {
  const args = ['-no-color', '-format', '{{json .}}']
  const { code, stdout, stderr } = await runProgram(binary, args, { cwd: repositoryRoot })
  // actionlint exits with 0 for no faults and 1 for faults. Any other code means that it could not run.
  if (code !== 0 && code !== 1) throw new Error(`actionlint exited with ${code}: ${stderr.trim()}`)
  return JSON.parse(stdout) as Fault[]
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  if (values.help) return printed(usage)
  await using keeper = new ProcessKeeper()
  const faults = await lint(await installActionlint(keeper))
  const shellcheck = await runProgram('shellcheck', ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  )
  if (values.json) {
    console.log(JSON.stringify({ actionlint: version, shellcheck, faults }, null, 2))
  } else {
    for (const { filepath, line, column, kind, message } of faults)
      console.log(`${filepath}:${line}:${column}: ${message} [${kind}]`)
    console.log(`${faults.length} faults (actionlint ${version})`)
    if (!shellcheck)
      say(
        'The shell scripts of steps were not checked: shellcheck is not installed. Install it to check them.',
      )
  }
  return faults.length === 0 ? 0 : 1
}

await runCommand('workflows:check', main)
