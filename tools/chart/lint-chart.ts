import { chartFolder, listValuesFiles } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

/** Runs `helm lint` with each file of values. A warning counts as a fault. */
export async function lintChart({ helm }: Tools): Promise<string> {
  const files = listValuesFiles()
  for (const { path } of files)
    await runSuccessfully(helm, ['lint', chartFolder, '--strict', '--values', path])
  return `${files.length} value files`
}
