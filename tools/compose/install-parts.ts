import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { goCommand, installGoProgram } from '../../conformance/lib/go-program.ts'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import { type InstalledTrino, installTrino, installTrinoCli } from '../../engines/install/trino.ts'

/** Paths of the programs that replace container images. They are installed first, while the network is reachable. */
export interface Parts {
  /** Path of the program that parses the compose file. It is built from `load/main.go`. */
  readonly load: string
  readonly versitygw: string
  readonly trino: InstalledTrino
  readonly trinoCli: string
  readonly python: string
}

/** Version of the S3 store, which must be the version of the image in the compose file. */
export const storeVersion = 'v1.8.0'

export async function installParts(keeper: ProcessKeeper, say: (line: string) => void): Promise<Parts> {
  return {
    load: await buildLoader(keeper),
    versitygw: await installStore(keeper, say),
    trino: await installTrino(keeper, say),
    trinoCli: await installTrinoCli(keeper, say),
    python: await installPyIceberg(keeper, say),
  }
}

async function buildLoader(keeper: ProcessKeeper): Promise<string> {
  const folder = cacheFolder('compose')
  mkdirSync(folder, { recursive: true })
  const binary = join(folder, 'load')
  await keeper.run({
    name: 'go build',
    command: goCommand,
    args: ['build', '-o', binary, '.'],
    cwd: join(import.meta.dirname, 'load'),
    log: join(folder, 'load.log'),
    timeoutMs: 10 * 60_000,
  })
  return binary
}

/** Builds the S3 store without cgo, like its container image. Returns the path of the binary. */
function installStore(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  const path = 'github.com/versity/versitygw/cmd/versitygw'
  const program = { name: 'versitygw', path, version: storeVersion }
  return installGoProgram(keeper, cacheFolder('compose', 'versitygw'), program, say, { CGO_ENABLED: '0' })
}
