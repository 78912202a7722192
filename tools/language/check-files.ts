import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, findFaults } from './find-faults.ts'
import { tryGit } from './git.ts'
import type { Rule, RuleFile } from './rules.ts'

const extensions = ['ts', 'mts', 'mjs', 'js', 'md', 'sql']

/** Result of the language check of files. */
export interface FileReport {
  readonly faults: readonly Fault[]
  readonly files: number
  readonly sentences: number
}

/**
 * Returns the paths of the files that the language check covers, relative to the root of the repository: tracked
 * files, and new files that git does not ignore.
 *
 * @throws Error when `root` is not in a git repository
 */
export function listFiles(root: string, ignored: RuleFile['ignore']): string[] {
  const patterns = extensions.map((extension) => `*.${extension}`)
  const listed = tryGit(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', ...patterns)
  if (listed === null) throw new Error(`git cannot list the files of ${root}.`)
  const deleted = new Set(tryGit(root, 'ls-files', '-z', '--deleted')?.split('\0'))
  return [...new Set(listed.split('\0'))]
    .filter((file) => file !== '' && !deleted.has(file) && !ignored.some(({ path }) => file.startsWith(path)))
    .toSorted()
}

/** Checks the language of the files. `files` contains paths relative to `root`. */
export function checkFiles(root: string, files: readonly string[], rules: readonly Rule[]): FileReport {
  const counts = { sentences: 0 }
  const faults = files.flatMap((file) => [
    ...findFaults(file, readFileSync(join(root, file), 'utf8'), rules, counts),
  ])
  return { faults, files: files.length, sentences: counts.sentences }
}
