import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runGo } from '../../../conformance/lib/go-program.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from '../../../conformance/lib/stamp.ts'
import { downloadGoModule } from '../go-module.ts'
import { type Say, toolFolder } from '../tool-folder.ts'

const version = 'v1.37.2'
/** Version of the Go modules that the Kubernetes repository contains, such as `k8s.io/api`. */
const stagingVersion = version.replace('v1.', 'v0.')

/**
 * Linker flags that set the version of the API server, like the build scripts of Kubernetes. Helm compares this
 * version with the range that the chart supports.
 */
const linkerFlags = `-X k8s.io/component-base/version.gitVersion=${version}`

const mainText = `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
`

/** Builds the Kubernetes API server from its Go module in the cache folder. Returns the path of the binary. */
export async function installApiServer(keeper: ProcessKeeper, say: Say): Promise<string> {
  const folder = toolFolder('kube-apiserver')
  const binary = join(folder, 'kube-apiserver')
  const stamp = computeStamp(version, mainText, linkerFlags)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  say(`building kube-apiserver ${version} with go (a quarter of an hour the first time) …`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.go'), mainText)
  writeFileSync(join(folder, 'go.mod'), await moduleText())
  await runGo(keeper, folder, ['get', `k8s.io/kubernetes/cmd/kube-apiserver@${version}`])
  await runGo(keeper, folder, ['build', '-mod=mod', `-ldflags=${linkerFlags}`, '-o', binary, '.'])
  markInstalled(folder, stamp)
  return binary
}

/**
 * Returns the text of a go.mod with which `go build` can build the API server. The go.mod of Kubernetes names some
 * modules without a version, so this text replaces them by their published versions. `go install` does not support
 * such replacements.
 */
async function moduleText(): Promise<string> {
  const { goMod } = await downloadGoModule('k8s.io/kubernetes', version)
  const source = readFileSync(goMod, 'utf8')
  const goVersion = /^go .+$/m.exec(source)?.[0] ?? 'go 1.26.0'
  const names = [...source.matchAll(/^\t(k8s\.io\/\S+) v0\.0\.0$/gm)].map(([, name = '']) => name)
  const replacements = names.map((name) => `replace ${name} => ${name} ${stagingVersion}`)
  return [
    'module headgate.local/kube-apiserver',
    goVersion,
    `require k8s.io/kubernetes ${version}`,
    ...replacements,
    '',
  ].join('\n')
}
