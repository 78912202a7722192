import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Failed } from '../../conformance/lib/outcome.ts'
import { chartFolder, templateArguments } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'

/** Set of invalid values that the chart must refuse. */
interface WrongValues {
  readonly title: string
  readonly values: unknown
  /** Text that the error message of Helm must contain. */
  readonly expected: string
}

/**
 * Renders the chart with each set of invalid values, and returns the number of sets that the chart refused.
 *
 * @param folder folder for temporary files
 * @throws Failed when the chart accepts invalid values, or when the message does not contain the expected text
 */
export async function refuseWrongValues({ helm }: Tools, folder: string): Promise<string> {
  const cases = parse(readFileSync(join(import.meta.dirname, 'wrong-values.yaml'), 'utf8')) as WrongValues[]
  const minimal = join(chartFolder, 'ci/minimal-values.yaml')
  const faults: string[] = []
  for (const { title, values, expected } of cases) {
    const path = join(folder, 'wrong-values.yaml')
    // The values are written as JSON, because Helm parses YAML 1.1, in which the text `yes` is the value true.
    writeFileSync(path, JSON.stringify(values))
    const { code, stderr } = await runProgram(helm, templateArguments(minimal, path))
    if (code === 0) faults.push(`accepted: ${title}`)
    else if (!stderr.includes(expected)) faults.push(`${title}: the message lacks "${expected}": ${stderr}`)
  }
  if (faults.length > 0) throw new Failed(faults.join('\n'))
  return `${cases.length} refused`
}
