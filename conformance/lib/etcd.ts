import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { runGo } from './go-program.ts'
import { cacheFolder } from './paths.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from './stamp.ts'
import { responds, waitUntilReady } from './wait-until-ready.ts'

const version = 'v3.7.3'

const mainText = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`
const moduleText = `module headgate.local/etcd

go 1.25
`

/** Builds etcd from its Go module in the cache folder, and returns the path of the binary. */
export async function installEtcd(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  const folder = cacheFolder('engines', 'etcd')
  const binary = join(folder, 'etcd')
  const stamp = computeStamp(version, mainText, moduleText)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  say('building etcd with go (about a minute the first time) …')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.go'), mainText)
  writeFileSync(join(folder, 'go.mod'), moduleText)
  await runGo(keeper, folder, ['get', `go.etcd.io/etcd/server/v3@${version}`])
  await runGo(keeper, folder, ['mod', 'tidy'])
  await runGo(keeper, folder, ['build', '-o', binary, '.'])
  markInstalled(folder, stamp)
  return binary
}

/** Starts etcd on free loopback ports with its data in `folder`, and returns its client port. */
export async function startEtcd(keeper: ProcessKeeper, binary: string, folder: string): Promise<number> {
  const [client, peer] = [await freePort(), await freePort()]
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`]
  const flags = [
    ['name', 'etcd'],
    ['data-dir', join(folder, 'data')],
    ['unsafe-no-fsync', 'true'],
    ['listen-client-urls', clientUrl],
    ['advertise-client-urls', clientUrl],
    ['listen-peer-urls', peerUrl],
    ['initial-advertise-peer-urls', peerUrl],
    ['initial-cluster', `etcd=${peerUrl}`],
  ] as const
  const child = keeper.start({
    name: 'etcd',
    command: binary,
    args: flags.map(([name, value]) => `--${name}=${value}`),
    log: join(folder, 'etcd.log'),
  })
  await waitUntilReady(child, () => responds(`${clientUrl}/health`), 30_000)
  return client
}
