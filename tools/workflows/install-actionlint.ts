import { installGoProgram } from '../../conformance/lib/go-program.ts'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'

export const version = 'v1.7.12'

const actionlint = { name: 'actionlint', path: 'github.com/rhysd/actionlint/cmd/actionlint', version }

/** Builds actionlint in the cache folder. Returns the path of the binary. */
export function installActionlint(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<string> {
  return installGoProgram(keeper, cacheFolder('actionlint'), actionlint, say)
}
