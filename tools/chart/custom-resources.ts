import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { computeStamp, isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'
import { downloadGoModule } from './go-module.ts'
import { type Say, toolFolder } from './tool-folder.ts'

/** Definitions of the custom resources that the chart can create. Their projects publish them in their Go modules. */
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

/** Returns a folder with the definitions of the custom resources. */
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
      // The files of the module cache are read-only, so that a copy could not be replaced later.
      chmodSync(copy, 0o644)
    }
  }
  markInstalled(folder, stamp)
  return folder
}
