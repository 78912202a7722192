import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessKeeper } from './process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from './stamp.ts'

/** Go program that `go install` builds from the Go module proxy. */
export interface GoProgram {
  readonly name: string
  /** Import path of the program's main package. */
  readonly path: string
  readonly version: string
}

/** Command that runs Go: the value of the environment variable GO, or `go`. */
export const goCommand: string = process.env['GO'] ?? 'go'

const buildLimitMs = 90 * 60_000

/**
 * Builds a program in a folder, unless this version is installed there, and returns its path. The first build can take
 * minutes; Go's caches make later builds fast.
 *
 * @param env variables that are added to the environment of `go`
 */
export async function installGoProgram(
  keeper: ProcessKeeper,
  folder: string,
  { name, path, version }: GoProgram,
  say: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const binary = join(folder, name)
  const stamp = computeStamp(path, version)
  if (isInstalled(folder, stamp) && existsSync(binary)) return binary
  say(`building ${name} ${version} with go install (minutes the first time) …`)
  mkdirSync(folder, { recursive: true })
  await runGo(keeper, folder, ['install', `${path}@${version}`], { GOBIN: folder, ...env })
  markInstalled(folder, stamp)
  return binary
}

/** Runs the `go` command in a folder, and writes its output to a log file there. */
export async function runGo(
  keeper: ProcessKeeper,
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await keeper.run({
    name: `go ${args[0] ?? ''}`,
    command: goCommand,
    args,
    cwd: folder,
    env: { GOFLAGS: '-buildvcs=false', ...env },
    log: join(folder, 'install.log'),
    timeoutMs: buildLimitMs,
  })
}
