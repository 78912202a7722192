import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { demand } from '../../conformance/lib/outcome.ts'
import { chartFolder } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { monitoringFolder } from './monitoring/monitoring-files.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

/**
 * Packages the chart, and returns the number of files in the package. Checks that the package contains the monitoring
 * files, which are links in the repository, and no files of the checks.
 */
export async function packageChart({ helm }: Tools, folder: string): Promise<string> {
  const target = join(folder, 'package')
  mkdirSync(target, { recursive: true })
  await runSuccessfully(helm, ['package', chartFolder, '--destination', target])
  const path = join(target, readdirSync(target)[0] ?? '')
  const names = (await runSuccessfully('tar', ['-tzf', path])).trim().split('\n')
  for (const name of ['Chart.yaml', 'values.yaml', 'values.schema.json', 'README.md'])
    demand(names.includes(`headgate/${name}`), `The package lacks ${name}.`)
  const checks = names.filter((name) => name.startsWith('headgate/ci/'))
  demand(
    checks.length === 0,
    `The package of the chart contains ${checks.join(', ')}, which users do not need. Add the folder to .helmignore.`,
  )
  for (const name of ['alerts.yaml', 'dashboard.json']) {
    const packed = await runSuccessfully('tar', ['-xzOf', path, `headgate/files/${name}`])
    demand(
      packed === readFileSync(join(monitoringFolder, name), 'utf8'),
      `The package of the chart does not contain the content of ${name}.`,
    )
  }
  return `${names.length} files`
}
