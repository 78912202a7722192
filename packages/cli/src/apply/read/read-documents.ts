import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { parseDocuments, type ParsedDocument } from './parse-document.ts'

/** Parsed document with the folder of its file. */
export interface SourceDocument extends ParsedDocument {
  /** Folder of the file. Relative paths of secret files start from it. */
  readonly folder: string
}

const maxFileBytes = 64 * 1024 * 1024

/**
 * Reads the documents in files and folders. The name `-` is standard input. Of a folder, reads the files that end with
 * `.yaml`, `.yml` or `.json`, sorted by name.
 *
 * @throws CliError when a file cannot be read or is not valid
 */
export async function readDocuments(io: Io, names: readonly string[]): Promise<readonly SourceDocument[]> {
  const documents: SourceDocument[] = []
  for (const name of names) {
    if (name === '-') {
      documents.push(...withFolder(parseDocuments(await text(io.stdin), 'standard input'), io.cwd))
      continue
    }
    for (const file of listFiles(io.cwd, name))
      documents.push(
        ...withFolder(parseDocuments(readText(resolve(io.cwd, file)), file), dirname(resolve(io.cwd, file))),
      )
  }
  return documents
}

function withFolder(documents: readonly ParsedDocument[], folder: string): readonly SourceDocument[] {
  return documents.map((each) => ({ ...each, folder }))
}

/**
 * Returns the path of a file, or of each document in a folder. A path is relative if the user wrote a relative path.
 */
function listFiles(cwd: string, name: string): readonly string[] {
  const path = resolve(cwd, name)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new CliError(exitCode.usage, `${path} does not exist.`)
  if (!found.isDirectory()) return [name]
  const files = readdirSync(path).filter((file) => /\.(ya?ml|json)$/.test(file))
  if (files.length === 0) {
    throw new CliError(exitCode.usage, `The folder ${path} contains no document.`, {
      next: 'Name a folder with files that end with .yaml, .yml or .json.',
    })
  }
  return files.toSorted().map((file) => join(name, file))
}

function readText(path: string): string {
  try {
    if (statSync(path).size <= maxFileBytes) return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CliError(exitCode.usage, `${path} cannot be read.`, { cause })
  }
  throw new CliError(exitCode.usage, `${path} is larger than 64 MiB.`, {
    next: 'Split the document into several files.',
  })
}
