import { demand } from '../../../conformance/lib/outcome.ts'
import type { PodTemplate } from '../container.ts'
import type { Kube } from './api-server.ts'

interface Workload {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: PodTemplate
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
  }
}

interface Selected {
  readonly spec: {
    readonly selector: Readonly<Record<string, string>>
    readonly ports: readonly { readonly targetPort: string | number }[]
  }
  readonly metadata: { readonly name: string }
}

/**
 * Checks that the API server accepts the pods of all workloads in a namespace under its pod security standard. Checks
 * also that each Service selects exactly one workload, whose pods have the ports of the Service.
 */
export async function checkPods(kube: Kube, namespace: string): Promise<void> {
  const templates: PodTemplate[] = []
  for (const kind of ['deployments', 'statefulsets']) {
    const { body } = await kube('GET', `/apis/apps/v1/namespaces/${namespace}/${kind}`)
    for (const workload of (body as { readonly items: readonly Workload[] }).items) {
      const created = await kube('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, toPod(workload))
      demand(
        created.status === 201,
        `A pod of ${workload.metadata.name} is refused: ${JSON.stringify(created.body)}`,
      )
      templates.push(workload.spec.template)
    }
  }
  demand(templates.length > 0, `The namespace ${namespace} contains no workload.`)
  await checkServices(kube, namespace, templates)
}

/** Returns the first pod that the Kubernetes controller of a workload would create. */
function toPod({ metadata, spec: { template, volumeClaimTemplates = [] } }: Workload): unknown {
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
  }))
  return {
    metadata: { name: `${metadata.name}-0`, labels: template.metadata.labels },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] },
  }
}

async function checkServices(
  kube: Kube,
  namespace: string,
  templates: readonly PodTemplate[],
): Promise<void> {
  const { body } = await kube('GET', `/api/v1/namespaces/${namespace}/services`)
  for (const { metadata, spec } of (body as { readonly items: readonly Selected[] }).items) {
    const selected = templates.filter(({ metadata: { labels } }) =>
      Object.entries(spec.selector).every(([name, value]) => labels[name] === value),
    )
    demand(selected.length === 1, `The Service ${metadata.name} selects ${selected.length} workloads.`)
    const ports = selected.flatMap(({ spec: { containers } }) =>
      containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
    )
    for (const { targetPort } of spec.ports)
      demand(
        ports.includes(String(targetPort)),
        `The Service ${metadata.name} names the port ${targetPort}, which its pods do not have.`,
      )
  }
}
