import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import type { Peer } from './peer.ts'

const rustbergVersion = '0.3.0'

const apiKey = 'rb_benchmark-of-catalogs-0123456789abcdef'

/**
 * Starts rustberg with its embedded store, an API key and its built-in Cedar policies. Returns undefined when it is
 * not installed.
 */
export async function startRustberg(
  run: BenchRun,
  storage: WarehouseStorage & { readonly kind: 's3' },
): Promise<Peer | undefined> {
  const binary = rustbergBinary()
  if (binary === undefined) {
    run.say('rustberg is left out: --install compiles it (ten minutes)')
    return undefined
  }
  const folder = join(run.folder, 'rustberg')
  mkdirSync(join(folder, 'data'), { recursive: true })
  const port = await freePort()
  const config = join(folder, 'rustberg.toml')
  writeFileSync(config, configuration(folder, port, storage))
  // Without this option, rustberg creates a certificate and accepts only TLS connections, regardless of its
  // configuration file.
  const args = ['--config', config, '--insecure-http']
  const child = run.keeper.start({
    name: 'rustberg',
    ...seated(run.placement, 'server', binary, args),
    cwd: folder,
    env: { RUSTBERG_BENCH_KEY: apiKey },
    log: toLogPath(run, 'rustberg'),
  })
  const base = `http://127.0.0.1:${port}`
  const headers = { 'x-api-key': apiKey }
  const responses = async (): Promise<boolean> => (await fetch(`${base}/v1/config`, { headers })).ok
  await waitUntilReady(child, responses, 30_000)
  return {
    name: `rustberg ${rustbergVersion}, embedded store, MinIO`,
    base,
    warehouse: undefined,
    headers,
    warm: false,
    process: child,
  }
}

/** Compiles rustberg from its source in the crates registry and stores it in the cache folder. */
export async function installRustberg(keeper: ProcessKeeper, say: (line: string) => void): Promise<void> {
  if (rustbergBinary() !== undefined) return
  const root = cacheFolder('bench', 'rustberg')
  say(`compiling rustberg ${rustbergVersion} (ten minutes) …`)
  // A separate build folder keeps the compiled files if the compilation is interrupted.
  const target = join(root, 'target')
  await keeper.run({
    name: 'cargo install',
    command: process.env['CARGO'] ?? 'cargo',
    args: [
      'install',
      'rustberg',
      '--version',
      rustbergVersion,
      '--locked',
      '--root',
      root,
      '--target-dir',
      target,
    ],
    log: join(root, 'install.log'),
    timeoutMs: 60 * 60_000,
  })
  rmSync(target, { recursive: true, force: true })
}

function rustbergBinary(): string | undefined {
  const path = join(cacheFolder('bench', 'rustberg'), 'bin', 'rustberg')
  return existsSync(path) ? path : undefined
}

function configuration(
  folder: string,
  port: number,
  storage: WarehouseStorage & { readonly kind: 's3' },
): string {
  return `[server]
host = "127.0.0.1"
port = ${port}
[server.auth]
api_key_enabled = true
[[server.auth.api_keys]]
name = "bench"
tenant = "default"
roles = ["admin"]
key_env = "RUSTBERG_BENCH_KEY"
[storage]
catalog_url = "file://${folder}/data"
warehouse_location = "${storage.root}"
[storage.properties]
"s3.endpoint" = "${storage.endpoint}"
"s3.path-style-access" = "true"
"s3.region" = "${storage.region}"
"s3.access-key-id" = "${storage.accessKeyId}"
"s3.secret-access-key" = "${storage.secretAccessKey}"
[rate_limit]
enabled = false
[logging]
level = "warn"
`
}
