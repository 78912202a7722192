import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { installEtcd } from '../../../conformance/lib/etcd.ts'
import { demand } from '../../../conformance/lib/outcome.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { say } from '../../../conformance/lib/command.ts'
import { listValuesFiles } from '../chart.ts'
import type { Tools } from '../install-tools.ts'
import { type ApiServer, type Kube, startApiServer } from './api-server.ts'
import { checkGeneratedSecret } from './check-generated-secret.ts'
import { checkPods } from './check-pods.ts'
import { createNamespace } from './create-namespace.ts'
import { createHelm } from './helm.ts'
import { installApiServer } from './install-api-server.ts'

/**
 * Installs, upgrades and uninstalls the chart with each file of values on a real Kubernetes API server, and checks the
 * Secrets that the chart generates. No pod runs, because the cluster has no node.
 *
 * @param folder folder for temporary files
 * @throws Failed when the API server or the chart does not behave as documented
 */
export async function installOnCluster(tools: Tools, keeper: ProcessKeeper, folder: string): Promise<string> {
  const programs = { etcd: await installEtcd(keeper, say), apiServer: await installApiServer(keeper, say) }
  const server = await startApiServer(keeper, programs, join(folder, 'cluster'))
  await defineCustomResources(server.kube, tools.customResources)
  const installed: string[] = []
  for (const { name, path } of listValuesFiles()) {
    await installValues(tools, server, name, path)
    installed.push(name)
  }
  await checkGeneratedSecret(tools, server)
  return `installed and upgraded ${installed.join(', ')}; the master key is kept`
}

async function installValues(tools: Tools, server: ApiServer, name: string, path: string): Promise<void> {
  const namespace = `chart-${name}`
  await createNamespace(server.kube, namespace)
  const helm = createHelm(tools, server, namespace)
  await helm.succeed('install', ['--values', path])
  await checkPods(server.kube, namespace)
  await helm.succeed('upgrade', ['--values', path])
  await helm.succeed('uninstall')
}

async function defineCustomResources(kube: Kube, folder: string): Promise<void> {
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.yaml'))) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
      const { status, body } = await kube('POST', path, document.toJS())
      demand(status === 201, `The API server answers ${status} to ${file}: ${JSON.stringify(body)}`)
    }
  }
}
