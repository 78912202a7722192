import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { say } from '../../conformance/lib/command.ts'
import { cacheFolder, repositoryRoot } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { runProgram, runSuccessfully } from '../../conformance/lib/run-program.ts'
import { isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'

/** Writes the files of a git revision into a folder, and installs its npm dependencies there. Returns the folder. */
export async function checkOut(keeper: ProcessKeeper, revision: string): Promise<string> {
  const commit = await findCommit(revision)
  const folder = cacheFolder('upgrade', commit)
  if (isInstalled(folder, commit)) return folder
  say(`installing the dependencies of ${revision} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const archive = join(folder, 'sources.tar')
  await runSuccessfully('git', ['archive', '--output', archive, commit], { cwd: repositoryRoot })
  await runSuccessfully('tar', ['-xf', archive, '-C', folder])
  rmSync(archive)
  await keeper.run({
    name: 'npm ci',
    command: 'npm',
    args: ['ci', '--no-audit', '--no-fund'],
    cwd: folder,
    log: cacheFolder('upgrade', `${commit}.log`),
    timeoutMs: 15 * 60_000,
  })
  markInstalled(folder, commit)
  return folder
}

async function findCommit(revision: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const { code, stdout } = await runProgram('git', args, { cwd: repositoryRoot })
  if (code === 0) return stdout.trim()
  throw new Error(
    `The revision ${revision} is not in this clone. Fetch it with "git fetch --tags --unshallow".`,
  )
}
