import type { DoctorRun } from './doctor-run.ts'
import type { Fault } from './fault.ts'

/** Returns the reasons why a doctor run did not report the planted fault correctly, or an empty list. */
export function judgeFault(
  { report, expects }: Pick<Fault, 'report' | 'expects'>,
  run: DoctorRun,
): readonly string[] {
  const { id, layer, status = 'failed', remedy } = expects
  const failures = run.findings.filter((finding) => finding.status === 'failed')
  const found = run.findings.find((finding) => finding.id === id)
  if (found === undefined) return [`the doctor must report ${id}, but reported ${describe(run)}`]
  const [first] = status === 'failed' ? failures : run.findings
  return [
    ...(first === found
      ? []
      : [`the doctor must report ${id} as its first finding, but reported ${describe(run)}`]),
    ...(status === 'warning' && failures.length > 0
      ? [`the doctor must report only a warning, but layers failed: ${describe(run)}`]
      : []),
    ...(found.status === status
      ? []
      : [`the finding ${id} has the status ${found.status} instead of ${status}`]),
    ...(found.layer === layer ? [] : [`${id} is in the layer ${found.layer}, expected ${layer}`]),
    ...(remedy.test(found.remedy) ? [] : [`the remedy does not match ${String(remedy)}: ${found.remedy}`]),
    ...(report === null || found.report === report
      ? []
      : [`the report is ${found.report ?? 'missing'} instead of ${report}`]),
    ...(run.code === (status === 'failed' ? run.code : 0) && (status === 'warning' || run.code !== 0)
      ? []
      : [`the doctor exited with the unexpected code ${run.code}`]),
  ]
}

/**
 * Returns the reasons why a doctor run of a healthy configuration is not without findings, or an empty list.
 *
 * @param reaches layers that must have been checked
 */
export function judgeHealthy(reaches: readonly string[], run: DoctorRun): readonly string[] {
  const passed = run.layers.filter(({ status }) => status === 'passed').map(({ layer }) => layer)
  const missing = reaches.filter((layer) => !passed.includes(layer))
  return [
    ...(run.findings.length === 0 ? [] : [`found ${describe(run)}`]),
    ...(run.code === 0 ? [] : [`the exit code is ${run.code}: ${run.output.slice(-500)}`]),
    ...(missing.length === 0 ? [] : [`layers without a check: ${missing.join(', ')}`]),
  ]
}

function describe({ findings, output }: DoctorRun): string {
  if (findings.length === 0) return `none (${output.slice(-300)})`
  return findings.map(({ layer, id, evidence }) => `${layer} ${id} (${evidence.slice(0, 200)})`).join(', ')
}
