import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'

export const version = 'v1.7.12'

/** Builds actionlint with `go install` in the cache folder, and returns the path of the binary. */
export async function installActionlint(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<string> {
  const folder = cacheFolder('actionlint')
  const binary = join(folder, 'actionlint')
  const stamp = computeStamp(version)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  say(`building actionlint ${version} with go install (under a minute) …`)
  await keeper.run({
    name: 'go install actionlint',
    command: process.env['GO'] ?? 'go',
    args: ['install', `github.com/rhysd/actionlint/cmd/actionlint@${version}`],
    env: { GOBIN: folder },
    log: join(folder, 'install.log'),
    timeoutMs: 10 * 60_000,
  })
  markInstalled(folder, stamp)
  return binary
}
