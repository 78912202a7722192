import { parseObjectLocation } from '@headgate/storage'

/** Returns the canonical location of a file in a manifest. */
export function canonicalFile(path: string): string {
  try {
    return parseObjectLocation(path).canonical
  } catch {
    // The gateway serves no object with such a path, so the text never matches.
    return path
  }
}
