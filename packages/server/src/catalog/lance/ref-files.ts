import { isHeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'

/** Maximum size in bytes of a tag file or branch file. Such files usually have a few hundred bytes. */
const maxBytes = 65_536
/** Number of files that are read at the same time. */
const concurrency = 16

/**
 * Content of a JSON file that defines a tag or branch, with the name of the tag or branch, which is the file
 * name without `.json`.
 */
export interface RefFile {
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Reads all tag or branch files of a folder, in order of their file names. Omits files that are deleted in
 * the meantime and malformed files.
 */
export async function readRefFiles(
  storage: Storage,
  folder: string,
  signal: AbortSignal,
): Promise<readonly RefFile[]> {
  const locations: string[] = []
  for await (const entry of storage.list(folder, { delimiter: '/', signal }))
    if (entry.type === 'object' && entry.location.endsWith('.json')) locations.push(entry.location)
  const files: RefFile[] = []
  for (let start = 0; start < locations.length; start += concurrency) {
    const group = locations.slice(start, start + concurrency)
    const read = await Promise.all(group.map((location) => readRefFile(storage, location, signal)))
    for (const [index, content] of read.entries()) {
      const name = decodeName((group[index] ?? '').slice(folder.length, -'.json'.length))
      if (content !== null && name !== null) files.push({ name, content })
    }
  }
  return files
}

/** Reads a tag file or branch file. Returns null when the file does not exist or is not a JSON object. */
export async function readRefFile(
  storage: Storage,
  location: string,
  signal: AbortSignal,
): Promise<RefFile['content'] | null> {
  try {
    const bytes = await storage.getBytes(location, { maxBytes, signal })
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null ? (value as RefFile['content']) : null
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file') || error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * Decodes the name of a branch from a file name, in which Lance percent-encodes the slash. Returns null for a
 * malformed file name.
 */
function decodeName(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/**
 * Returns a numeric member of a tag or branch file. Returns 0 when the member is missing or has another type.
 */
export function numberIn(content: RefFile['content'], member: string): number {
  const value = content[member]
  return typeof value === 'number' ? value : 0
}

/**
 * Returns a text member of a tag or branch file. Returns null when the member is missing or has another type.
 */
export function textIn(content: RefFile['content'], member: string): string | null {
  const value = content[member]
  return typeof value === 'string' ? value : null
}
