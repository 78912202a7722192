import type { Manifest } from './chart.ts'

/** Environment variable of a container: its value, or the object that contains its value. */
export interface EnvironmentVariable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string }
    readonly resourceFieldRef?: { readonly resource: string }
  }
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly scheme: 'HTTP' | 'HTTPS' }
}

/** Container of a pod in the chart, with the members that the checks read. */
export interface Container {
  readonly name: string
  readonly env: readonly EnvironmentVariable[]
  readonly command?: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe?: Probe
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly resources?: { readonly limits?: Readonly<Record<string, string | number>> }
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}

interface Volume {
  readonly name: string
  readonly configMap?: { readonly name: string }
  readonly secret?: { readonly secretName: string }
  readonly projected?: {
    readonly sources: readonly { readonly serviceAccountToken?: { readonly path: string } }[]
  }
}

/** Specification of a pod in the chart, with the members that the checks read. */
export interface PodSpec {
  readonly terminationGracePeriodSeconds?: number
  readonly containers: readonly Container[]
  readonly volumes?: readonly Volume[]
}

/** Pod template of a Kubernetes Deployment. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: PodSpec
}

/** Returns the pod template in the Deployment of the server. */
export function serverTemplate(manifests: readonly Manifest[]): PodTemplate {
  const found = manifests.find(({ kind }) => kind === 'Deployment')
  if (found === undefined) throw new Error('The chart rendered no Deployment.')
  return (found as Manifest & { readonly spec: { readonly template: PodTemplate } }).spec.template
}

/** Returns the container of the pod that `helm test` runs. */
export function testContainer(manifests: readonly Manifest[]): Container {
  const found = manifests.find(({ kind }) => kind === 'Pod')
  return onlyContainer((found as (Manifest & { readonly spec: PodSpec }) | undefined)?.spec)
}

/** Returns the only container of a pod. Throws if the pod does not have exactly one container. */
export function onlyContainer(spec: PodSpec | undefined): Container {
  const [container, ...others] = spec?.containers ?? []
  if (container === undefined || others.length > 0)
    throw new Error('The chart rendered a pod without exactly one container.')
  return container
}
