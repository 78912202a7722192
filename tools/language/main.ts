import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkFiles, listFiles } from './check-files.ts'
import { findSubjectFaults, rangeToLand, readSubjects } from './check-subjects.ts'
import { compileRule, readRuleFile } from './rules.ts'

const usage = `npm run check:language -- [options] [files and folders]

Checks comments, strings and Markdown by the rules of tools/language/rules.json: all files of the repository, or those that are
named.

  --subjects [RANGE]  check the subjects of commits instead; by default of those that main does not have yet
  --json              print the result as one JSON document
  --help

Exit codes: 0 no faults, 1 faults, 2 the check could not run.`

const root = resolve(import.meta.dirname, '../..')
const { ignore, rules: sources, subjects } = readRuleFile()
const rules = sources.map(compileRule)

interface Shown {
  readonly at: string
  readonly sentence: string
  readonly rule: string
  readonly reason: string
  readonly instead: string
}

/** Prints the faults, and a summary in the last line. Returns the exit code. */
function report(faults: readonly Shown[], summary: string): number {
  for (const { at, sentence, rule, reason, instead } of faults)
    console.log(`${at}: ${sentence}\n  ${rule}: ${reason}\n  Instead: ${instead}`)
  console.log(summary)
  return faults.length === 0 ? 0 : 1
}

function checkSubjects(range: string | undefined, json: boolean): number {
  const chosen = range ?? rangeToLand(root, subjects)
  const commits = chosen === null ? [] : readSubjects(root, chosen, subjects.after)
  const faults = commits.flatMap(({ commit, subject }) => [
    ...findSubjectFaults(commit, subject, subjects, rules),
  ])
  if (json) {
    console.log(JSON.stringify({ range: chosen, commits: commits.length, faults }, null, 2))
    return faults.length === 0 ? 0 : 1
  }
  const of = chosen === null ? ': the history does not go back to the first commit to check' : ` in ${chosen}`
  return report(
    faults.map((fault) => ({ ...fault, at: fault.commit })),
    `${commits.length} subjects, ${faults.length} faults${of}`,
  )
}

/**
 * Returns the checked files that the arguments name, or that are in a folder that the arguments name. Without
 * arguments, returns all checked files.
 */
function chooseFiles(named: readonly string[]): string[] {
  const files = listFiles(root, ignore)
  if (named.length === 0) return files
  return named.flatMap((name) => {
    const path = relative(root, resolve(process.env['INIT_CWD'] ?? '.', name))
    const found = files.filter((file) => path === '' || file === path || file.startsWith(`${path}/`))
    if (found.length === 0) throw new Error(`The language check covers no file at ${name}.`)
    return found
  })
}

function checkRepository(named: readonly string[], json: boolean): number {
  const result = checkFiles(root, chooseFiles(named), rules)
  if (json) {
    console.log(JSON.stringify(result, null, 2))
    return result.faults.length === 0 ? 0 : 1
  }
  return report(
    result.faults.map((fault) => ({ ...fault, at: `${fault.file}:${fault.line}` })),
    `${result.files} files, ${result.faults.length} faults`,
  )
}

function main(): number {
  const { values, positionals } = parseArgs({
    options: {
      subjects: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (!values.subjects) return checkRepository(positionals, values.json)
  if (positionals.length > 1) throw new Error('--subjects takes one range, for example main..HEAD.')
  return checkSubjects(positionals[0], values.json)
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`check:language: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
