import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, findFaults } from './find-faults.ts'
import { tryGit } from './git.ts'
import type { Rule, RuleFile } from './rules.ts'
import { countBefore, listPath } from './unconverted.ts'

const extensions = ['ts', 'mts', 'mjs', 'js', 'md', 'sql']

/** Result of a check of files. */
export interface FileReport {
  readonly faults: readonly Fault[]
  /** Listed files without faults, and listed paths that do not exist any more. */
  readonly converted: readonly string[]
  readonly files: number
  readonly sentences: number
}

/**
 * Returns the files of a repository that the check covers, from its root: tracked files and new files that git does not
 * ignore.
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

/** Checks `files`. For a file in `unconverted`, it only determines whether the file has a fault. */
export function checkFiles(
  root: string,
  files: readonly string[],
  unconverted: ReadonlySet<string>,
  rules: readonly Rule[],
): FileReport {
  const faults: Fault[] = []
  const counts = { sentences: 0 }
  const faulty = new Set<string>()
  for (const file of files) {
    const found = findFaults(file, readFileSync(join(root, file), 'utf8'), rules, counts)
    if (!unconverted.has(file)) faults.push(...found)
    else if (found.next().done !== true) faulty.add(file)
  }
  const converted = [...unconverted].filter((file) => !faulty.has(file))
  return { faults, converted, files: files.length, sentences: counts.sentences }
}

/** Returns the faults of the list itself: entries to remove, and more entries than before. */
export function checkList(root: string, list: readonly string[], converted: readonly string[]): Fault[] {
  const findLineNumber = (path: string): number => list.indexOf(path) + 1
  const stale = converted.map((path) => ({
    file: listPath,
    line: findLineNumber(path),
    rule: 'unconverted-list',
    sentence: path,
    reason: 'The file has no faults, or does not exist.',
    instead: 'Remove it from the list: npm run check:language -- --shrink',
  }))
  const before = countBefore(root)
  if (before === null || list.length <= before) return stale
  const grown = {
    file: listPath,
    line: 1,
    rule: 'unconverted-list',
    sentence: `${list.length} files`,
    reason: `The list had ${before} files. It may only shrink.`,
    instead: 'Correct the sentences of the added files.',
  }
  return [grown, ...stale]
}
