import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findBase, tryGit } from './git.ts'

/** Path of the list of files whose faults are not reported yet, from the root of the repository. */
export const listPath = 'tools/language/unconverted.txt'

/** Returns the listed paths. */
function parseList(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** Reads the list of the working tree. */
export function readList(root: string): string[] {
  return parseList(readFileSync(join(root, listPath), 'utf8'))
}

/** Writes the list in alphabetical order, so that changes of different modules rarely conflict. */
export function writeList(root: string, paths: Iterable<string>): void {
  writeFileSync(
    join(root, listPath),
    [...paths]
      .toSorted()
      .map((path) => `${path}\n`)
      .join(''),
  )
}

/**
 * Returns the number of entries that the list had on the branch that this one is landed on. Null when it did not exist
 * there, or when that branch is not known.
 */
export function countBefore(root: string): number | null {
  const base = findBase(root) ?? 'HEAD'
  const before = tryGit(root, 'show', `${base}:${listPath}`)
  return before === null ? null : parseList(before).length
}
