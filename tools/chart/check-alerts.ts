import { join } from 'node:path'
import { monitoringFolder } from './monitoring/monitoring-files.ts'
import type { Tools } from './install-tools.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

/** Checks the syntax of the alert rules with promtool, and runs the unit tests of the rules. */
export async function checkAlerts({ promtool }: Tools): Promise<string> {
  const rules = join(monitoringFolder, 'alerts.yaml')
  const found = await runSuccessfully(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', rules])
  await runSuccessfully(promtool, ['test', 'rules', join(import.meta.dirname, 'alert-tests.yaml')])
  return /\d+ rules/.exec(found)?.[0] ?? ''
}
