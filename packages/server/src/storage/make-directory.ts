import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from './storage-errors.ts'

/**
 * Makes a directory and its missing parents; those that were made, outermost first. Node's own recursion takes a file
 * system that is mounted for reading for a missing parent, and never ends where a directory cannot be made.
 */
export function madeWithParents(directory: string): readonly string[] {
  try {
    mkdirSync(directory)
    return [directory]
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return []
    if (systemCode(error) !== 'ENOENT') throw error
  }
  const parents = madeWithParents(dirname(directory))
  try {
    mkdirSync(directory)
    return [...parents, directory]
  } catch (error) {
    // Somebody else was quicker.
    if (systemCode(error) === 'EEXIST') return parents
    throw error
  }
}
