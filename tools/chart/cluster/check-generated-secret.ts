import { join } from 'node:path'
import { demand } from '../../../conformance/lib/outcome.ts'
import { chartFolder } from '../chart.ts'
import type { Tools } from '../install-tools.ts'
import type { ApiServer, Kube } from './api-server.ts'
import { createNamespace } from './create-namespace.ts'
import { createHelm } from './helm.ts'

const namespace = 'master-key'
const secretPath = `/api/v1/namespaces/${namespace}/secrets/headgate-master-key`

/**
 * Checks the master key that the chart generates: it has 32 bytes, an upgrade or a second installation keeps it, and
 * neither Helm nor another client replaces or deletes it. Checks also that an upgrade is refused if the key is
 * missing.
 */
export async function checkGeneratedSecret(tools: Tools, server: ApiServer): Promise<void> {
  const { kube } = server
  await createNamespace(kube, namespace)
  const helm = createHelm(tools, server, namespace)
  const values = ['--values', join(chartFolder, 'ci/minimal-values.yaml')]
  await helm.succeed('install', values)
  const key = await readKey(kube)
  demand(Buffer.from(key ?? '', 'base64').length === 32, 'The generated master key does not have 32 bytes.')
  await helm.succeed('upgrade', [...values, '--set', 'replicas=3'])
  demand((await readKey(kube)) === key, 'An upgrade replaced the master key.')
  const data = { 'master-key': Buffer.from('other').toString('base64') }
  const patched = await kube('PATCH', secretPath, { data })
  demand(
    patched.status === 422,
    `The master key can be overwritten: the API server answers ${patched.status}.`,
  )
  await helm.succeed('uninstall')
  demand((await readKey(kube)) === key, 'helm uninstall deleted the master key.')
  await helm.succeed('install', values)
  demand((await readKey(kube)) === key, 'A second installation replaced the master key.')
  await kube('DELETE', secretPath)
  const reason = await helm.refused('upgrade', values)
  demand(
    reason.includes('Restore it from its backup'),
    `The upgrade without a master key is refused, but the message does not say how to restore the key: ${reason}`,
  )
  await helm.succeed('upgrade', [...values, '--set', 'masterKey.existingSecret=own'])
  await helm.succeed('uninstall')
}

/** Returns the master key in its Secret, or null if the Secret does not exist. */
async function readKey(kube: Kube): Promise<string | null> {
  const { status, body } = await kube('GET', secretPath)
  if (status !== 200) return null
  const text = (body as { readonly data: Readonly<Record<string, string>> }).data['master-key'] ?? ''
  return Buffer.from(text, 'base64').toString('utf8')
}
