import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'

/** Program that `go install` builds from the Go module proxy. */
export interface GoProgram {
  readonly name: string
  /** Import path of its main package. */
  readonly path: string
  readonly version: string
}

export type Say = (line: string) => void

const buildLimitMs = 90 * 60_000

/** Returns a folder for the programs of the chart check. */
export function toolFolder(...parts: string[]): string {
  return cacheFolder('chart', ...parts)
}

/**
 * Builds a program in the cache folder, unless this version is installed, and returns its path. The build has the lowest
 * priority and uses one core, because it takes minutes.
 */
export async function installGoProgram(keeper: ProcessKeeper, program: GoProgram, say: Say): Promise<string> {
  const { name, path, version } = program
  const folder = toolFolder(name)
  const binary = join(folder, name)
  const stamp = computeStamp(path, version)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  say(`building ${name} ${version} with go install (minutes the first time) …`)
  mkdirSync(folder, { recursive: true })
  await runGo(keeper, { folder, args: ['install', `${path}@${version}`], env: { GOBIN: folder } })
  markInstalled(folder, stamp)
  return binary
}

/** Arguments of one call of `go`. */
interface GoCall {
  /** Working directory, which also gets the log. */
  readonly folder: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Runs `go` with low priority. */
export async function runGo(keeper: ProcessKeeper, { folder, args, env = {} }: GoCall): Promise<void> {
  await keeper.run({
    name: `go ${args.slice(0, 2).join(' ')}`,
    command: 'nice',
    args: ['-n', '19', process.env['GO'] ?? 'go', ...args],
    cwd: folder,
    env: { GOFLAGS: '-p=1 -buildvcs=false', ...env },
    log: join(folder, 'install.log'),
    timeoutMs: buildLimitMs,
  })
}
