import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { parseDocuments, type ParsedDocument } from './parse-document.ts'

/** Document of a file. */
export interface SourceDocument extends ParsedDocument {
  /** Folder that relative paths of secrets start from. */
  readonly folder: string
}

const maxFileBytes = 64 * 1024 * 1024

/**
 * Reads the documents of files and folders. `-` is standard input. A folder means its files that end with `.yaml`, `.yml`
 * or `.json`, by name.
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

/** Returns the files of a folder, or the file itself, as the user wrote them. */
function listFiles(cwd: string, name: string): readonly string[] {
  const path = resolve(cwd, name)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new CliError(exitCode.usage, `${path} does not exist.`)
  if (!found.isDirectory()) return [name]
  const files = readdirSync(path).filter((file) => /\.(ya?ml|json)$/.test(file))
  if (files.length === 0) {
    throw new CliError(exitCode.usage, `The folder ${path} contains no document.`, {
      next: 'The names of documents end with .yaml, .yml or .json.',
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
    next: 'Split it into several files.',
  })
}
