import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import type { Tools } from './install-tools.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

export const chartFolder: string = join(repositoryRoot, 'deploy/chart/headgate')

/** Kubernetes object, with the members that objects of every kind have. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
  }
}

/** File with values for the chart, which the checks use. */
export interface ValuesFile {
  /** Name of the file without its suffix, such as `minimal`. */
  readonly name: string
  readonly path: string
}

/** Returns the files of values with which the checks render the chart. */
export function listValuesFiles(): readonly ValuesFile[] {
  const folder = join(chartFolder, 'ci')
  return readdirSync(folder)
    .filter((file) => file.endsWith('-values.yaml'))
    .toSorted()
    .map((file) => ({ name: basename(file, '-values.yaml'), path: join(folder, file) }))
}

/** Name of the Helm release in all checks. */
export const releaseName = 'headgate'

/** Oldest version of Kubernetes that the chart supports (`kubeVersion` in Chart.yaml). */
export const kubernetesVersion = '1.30'

/** Returns the arguments with which Helm renders the chart without connecting to a cluster. */
export function templateArguments(...valuesPaths: readonly string[]): readonly string[] {
  const values = valuesPaths.flatMap((path) => ['--values', path])
  return ['template', releaseName, chartFolder, '--kube-version', `${kubernetesVersion}.0`, ...values]
}

/** Renders the chart with a file of values, without connecting to a cluster. Returns the manifests as text. */
export async function renderChart({ helm }: Pick<Tools, 'helm'>, valuesPath: string): Promise<string> {
  return runSuccessfully(helm, templateArguments(valuesPath))
}

/** Parses a stream of YAML documents. Skips empty documents. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document): Manifest | null => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
}
