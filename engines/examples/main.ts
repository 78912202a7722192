import { parseArgs } from 'node:util'
import { printed, runCommand } from '../../conformance/lib/command.ts'
import { cacheFolder, newRunFolder } from '../../conformance/lib/paths.ts'
import { seconds } from '../../conformance/lib/text-table.ts'
import { examples } from './all.ts'
import type { Example } from './example.ts'
import { runExample, type ExampleResult } from './run-example.ts'

const usage = `npm run examples -- [example …] [options]

Runs the commands in the READMEs of the folder examples, each in a copy and with its own server, and compares their output with the output in the READMEs. Installs missing programs first, as test:engines does.

  --quick   only the examples that need no Java
  --list    print the names and stop
  --json    print the result as one JSON document
  --help

Exit codes: 0 all passed, 1 an example failed, 2 the examples could not run.`

function choose(names: readonly string[], quick: boolean): readonly Example[] {
  const unknown = names.filter((name) => !examples.some((example) => example.name === name))
  if (unknown.length > 0)
    throw new Error(
      `unknown example: ${unknown.join(', ')}; the examples are ${examples.map(({ name }) => name).join(', ')}`,
    )
  return examples.filter(
    (example) => (names.length === 0 || names.includes(example.name)) && (example.quick || !quick),
  )
}

/** Runs the examples that the arguments select, and returns the exit code of the program. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  const chosen = choose(positionals, values.quick)
  if (values.list) return printed(chosen.map(({ name }) => name).join('\n'))
  const say = values.json ? console.error : console.log
  const folder = newRunFolder(cacheFolder('examples-run'))
  const started = Date.now()
  const results: ExampleResult[] = []
  for (const example of chosen) {
    say(`${example.name} …`)
    const result = await runExample(example, folder, say)
    say(`${example.name}: ${result.outcome} in ${seconds(result.ms)}${reasonOf(result)}`)
    results.push(result)
  }
  const count = (outcome: ExampleResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  const ms = Date.now() - started
  if (values.json) console.log(JSON.stringify({ ms, results }, null, 2))
  else
    console.log(
      `\n${count('passed')} passed, ${count('failed')} failed, ${count('left out')} left out in ${seconds(ms)}`,
    )
  return count('failed') === 0 ? 0 : 1
}

function reasonOf({ reason }: ExampleResult): string {
  return reason === null ? '' : `: ${reason}`
}

await runCommand('examples', main)
