import { parseObjectLocation } from '@headgate/storage'

/** Returns the canonical location of a file in a manifest. */
export function canonicalFile(path: string): string {
  try {
    return parseObjectLocation(path).canonical
  } catch {
    // The path is not a valid location. The result then matches no requested object, because the gateway serves only
    // objects with valid locations.
    return path
  }
}
