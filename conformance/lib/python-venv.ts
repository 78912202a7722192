import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProcessKeeper } from './process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from './stamp.ts'

/**
 * Creates a Python virtual environment with the given requirements in `folder`. Returns the path of its interpreter.
 * The variable PYTHON names the interpreter that creates it (default: `python3`). Does nothing if the same
 * requirements are already installed there.
 */
export async function pythonVenv(
  keeper: ProcessKeeper,
  folder: string,
  requirements: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const python = join(folder, 'bin/python')
  const stamp = computeStamp(...requirements)
  if (isInstalled(folder, stamp)) return python
  say(`pip install ${requirements.join(' ')} …`)
  const log = join(dirname(folder), `${folder.slice(folder.lastIndexOf('/') + 1)}-install.log`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await keeper.run({
    name: 'python -m venv',
    command: process.env['PYTHON'] ?? 'python3',
    args: ['-m', 'venv', folder],
    log,
  })
  await keeper.run({
    name: 'pip install',
    command: python,
    args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements],
    log,
    timeoutMs: 30 * 60_000,
  })
  markInstalled(folder, stamp)
  return python
}
