import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { runTool } from './run-tool.ts'
import type { WorkspacePackage } from './workspace.ts'

/**
 * Copies the tracked source files of packages into an empty folder, so that an image contains no output of earlier
 * builds and no ignored files. Links the installed dependencies into the folder.
 *
 * @returns digest of the copied files
 */
export async function copySource(packages: readonly WorkspacePackage[], to: string): Promise<string> {
  const paths = packages.map(({ folder }) => `packages/${folder}`)
  const listed = await runTool(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...paths, 'tsconfig.base.json'],
    { cwd: repositoryRoot },
  )
  const hash = createHash('sha256')
  for (const path of listed.split('\0').toSorted()) {
    // `git ls-files` also lists tracked files that were deleted in the work tree.
    if (path === '' || !existsSync(join(repositoryRoot, path))) continue
    mkdirSync(dirname(join(to, path)), { recursive: true })
    cpSync(join(repositoryRoot, path), join(to, path))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(to, path)))
      .update('\0')
  }
  linkModules(packages, to)
  return hash.digest('hex')
}

function linkModules(packages: readonly WorkspacePackage[], to: string): void {
  const from = join(repositoryRoot, 'node_modules')
  const modules = join(to, 'node_modules')
  mkdirSync(join(modules, '@headgate'), { recursive: true })
  for (const name of readdirSync(from))
    if (!['@headgate', 'headgate'].includes(name)) symlinkSync(join(from, name), join(modules, name))
  for (const { folder, name } of packages) symlinkSync(join(to, 'packages', folder), join(modules, name))
}
