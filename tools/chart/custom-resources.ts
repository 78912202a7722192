import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { computeStamp, isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'
import { downloadGoModule } from './go-module.ts'
import { type Say, toolFolder } from './tool-folder.ts'

/** Go modules and files that define the custom resources that the chart can create. */
const sources = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    files: [
      'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
      'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
    ],
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.3',
    files: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  },
] as const

/** Downloads the definitions of the custom resources. Returns the folder that contains them. */
export async function installCustomResources(say: Say): Promise<string> {
  const folder = toolFolder('custom-resources')
  const stamp = computeStamp(JSON.stringify(sources))
  if (isInstalled(folder, stamp)) return folder
  say('downloading the definitions of PodMonitor, PrometheusRule and HTTPRoute …')
  mkdirSync(folder, { recursive: true })
  for (const { module, version, files } of sources) {
    const { folder: from } = await downloadGoModule(module, version)
    for (const file of files) {
      const copy = join(folder, basename(file))
      copyFileSync(join(from, file), copy)
      // Files of the Go module cache are read-only. The copy must be writable, so that a later run can replace it.
      chmodSync(copy, 0o644)
    }
  }
  markInstalled(folder, stamp)
  return folder
}
