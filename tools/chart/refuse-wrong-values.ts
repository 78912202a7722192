import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Failed } from '../../conformance/lib/outcome.ts'
import { chartFolder, templateArguments } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { runProgram } from '../../conformance/lib/run-program.ts'

/** Values that the chart must refuse. */
interface WrongValues {
  readonly title: string
  readonly values: unknown
  /** Text that the message must contain. */
  readonly expected: string
}

/**
 * Renders the chart with each of the wrong values, and returns the number of refusals.
 *
 * @param folder folder for temporary files
 * @throws Failed when values are accepted, or when the message does not name them
 */
export async function refuseWrongValues({ helm }: Tools, folder: string): Promise<string> {
  const cases = parse(readFileSync(join(import.meta.dirname, 'wrong-values.yaml'), 'utf8')) as WrongValues[]
  const minimal = join(chartFolder, 'ci/minimal-values.yaml')
  const faults: string[] = []
  for (const { title, values, expected } of cases) {
    const path = join(folder, 'wrong-values.yaml')
    // JSON, because Helm reads YAML 1.1, in which `yes` means true.
    writeFileSync(path, JSON.stringify(values))
    const { code, stderr } = await runProgram(helm, templateArguments(minimal, path))
    if (code === 0) faults.push(`accepted: ${title}`)
    else if (!stderr.includes(expected)) faults.push(`${title}: the message lacks "${expected}": ${stderr}`)
  }
  if (faults.length > 0) throw new Failed(faults.join('\n'))
  return `${cases.length} refused`
}
