import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FileModes } from './file-modes.ts'
import { systemCode } from './storage-errors.ts'

/**
 * Creates a directory and its missing parents, and returns the created directories, outermost first. Does not use the
 * recursive `mkdir` of Node, which reports a read-only file system as a missing parent, and can run forever if a
 * directory cannot be created.
 */
export function madeWithParents(directory: string, modes: FileModes): readonly string[] {
  try {
    make(directory, modes)
    return [directory]
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return []
    if (systemCode(error) !== 'ENOENT') throw error
  }
  const parents = madeWithParents(dirname(directory), modes)
  try {
    make(directory, modes)
    return [...parents, directory]
  } catch (error) {
    // Another process created the directory in the meantime.
    if (systemCode(error) === 'EEXIST') return parents
    throw error
  }
}

function make(directory: string, modes: FileModes): void {
  mkdirSync(directory, { mode: modes.directory })
  // Keeps the set-group-id bit that a directory inherits from its parent.
  if (modes.exact) chmodSync(directory, (statSync(directory).mode & 0o7000) | modes.directory)
}
