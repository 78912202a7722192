import { isHeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'

/** Size limit of the file of a tag or a branch. Such files have some hundred bytes. */
const maxBytes = 65_536
/** Number of files that are read at the same time. */
const concurrency = 16

/** JSON file of a tag or a branch, with the name that its file name contains. */
export interface RefFile {
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

/** Reads the files of a folder, in the order of their names. Files that are deleted meanwhile are left out. */
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

/** Reads the file of a tag or a branch. Null: it does not exist, or is not a JSON object. */
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

/** Decodes the name of a branch, in which Lance encodes the slash. Returns null for malformed text. */
function decodeName(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Returns a member of a file as a number, 0 when it has another type. */
export function numberIn(content: RefFile['content'], member: string): number {
  const value = content[member]
  return typeof value === 'number' ? value : 0
}

/** Returns a member of a file as a text, null when it has another type. */
export function textIn(content: RefFile['content'], member: string): string | null {
  const value = content[member]
  return typeof value === 'string' ? value : null
}
