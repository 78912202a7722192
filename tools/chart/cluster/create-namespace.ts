import { demand } from '../../../conformance/lib/outcome.ts'
import type { Kube } from './api-server.ts'

/** Creates a namespace whose pods must satisfy the strictest pod security standard of Kubernetes. */
export async function createNamespace(kube: Kube, name: string): Promise<void> {
  const standard = { enforce: 'restricted', warn: 'restricted' }
  const labels = Object.fromEntries(
    Object.entries(standard).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]),
  )
  const { status } = await kube('POST', '/api/v1/namespaces', { metadata: { name, labels } })
  demand(status === 201, `The API server answers ${status} to the namespace ${name}.`)
}
