import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { HeadgateError } from '@headgate/errors'

export interface PolicyFile {
  /** File name without directories. Messages and policy ids contain it. */
  readonly name: string
  readonly text: string
}

/** Maximum size of all policy files together, in bytes. */
const maxBytes = 1_048_576

/**
 * Reads a policy file, or all files of a directory whose names end in `.cedar`, in order of their names.
 *
 * @throws HeadgateError `internal` when the path cannot be read, contains no policy file, or contains too many bytes
 */
export async function readPolicyFiles(path: string): Promise<readonly PolicyFile[]> {
  try {
    const files = (await stat(path)).isDirectory() ? await filesIn(path) : [path]
    if (files.length === 0) throw problem(path, 'has no file whose name ends in .cedar')
    const read: PolicyFile[] = []
    let bytes = 0
    for (const file of files) {
      bytes += (await stat(file)).size
      if (bytes > maxBytes) throw problem(path, `holds more than ${maxBytes} bytes`)
      read.push({ name: basename(file), text: await readFile(file, 'utf8') })
    }
    return read
  } catch (error) {
    if (error instanceof HeadgateError) throw error
    throw problem(path, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.cedar'))
  return names.toSorted().map((name) => join(directory, name))
}

function problem(path: string, what: string, cause?: unknown): HeadgateError {
  return new HeadgateError('internal', `HEADGATE_CEDAR_POLICIES is ${path}, which ${what}.`, { cause })
}
