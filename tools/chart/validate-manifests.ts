import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demand, Failed } from '../../conformance/lib/outcome.ts'
import { kubernetesVersion, listValuesFiles, parseManifests, renderChart } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { type Finished, runProgram } from '../../conformance/lib/run-program.ts'

/**
 * Invalid manifests, keyed by their fault. The check fails if the validator accepts one of them, because it would then
 * also accept invalid manifests of the chart.
 */
const malformed: Readonly<Record<string, string>> = {
  'a wrong type': 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: many}]}\n',
  'an unknown field': 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: []}\n',
  'an unknown kind': 'apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: a}\n',
  'a custom resource with a wrong type':
    'apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: a}\nspec: {selector: {}, podMetricsEndpoints: [{interval: 30}]}\n',
}

/**
 * Renders the chart with each file of values, and validates the manifests without connecting to a cluster.
 *
 * @param folder folder for temporary files
 * @throws Failed when a manifest is not valid
 */
export async function validateManifests(tools: Tools, folder: string): Promise<string> {
  for (const [fault, text] of Object.entries(malformed)) {
    const { code } = await validate(tools, writeManifests(folder, 'malformed', text))
    demand(code !== 0, `kubectl-validate accepts ${fault}.`)
  }
  const counts: string[] = []
  for (const { name, path } of listValuesFiles()) {
    const text = await renderChart(tools, path)
    const { code, stdout, stderr } = await validate(tools, writeManifests(folder, name, text))
    if (code !== 0) throw new Failed(`${path}: ${stdout}${stderr}`)
    counts.push(`${name} ${parseManifests(text).length}`)
  }
  return `objects: ${counts.join(', ')}`
}

/** Writes manifests to a file in a folder, and returns the path of the file. */
export function writeManifests(folder: string, name: string, text: string): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, text)
  return path
}

/** Validates the manifests in a file without connecting to a cluster. */
export function validate({ kubectlValidate, customResources }: Tools, path: string): Promise<Finished> {
  return runProgram(kubectlValidate, [
    '--version',
    kubernetesVersion,
    '--local-crds',
    customResources,
    '--output',
    'json',
    path,
  ])
}
