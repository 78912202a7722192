import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessKeeper } from './process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from './stamp.ts'

/** Program that `go install` builds from the Go module proxy. */
export interface GoProgram {
  readonly name: string
  /** Import path of the program's main package. */
  readonly path: string
  readonly version: string
}

/** The `go` command: the value of the variable GO, or the `go` on the PATH. */
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

/** Runs `go` in a folder, and writes the log into this folder. */
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
