const separator = '\u001f'

/** Returns the levels of a namespace as one text, as the store keeps it: joined by U+001F. */
export function joinLevels(levels: readonly string[]): string {
  return levels.join(separator)
}

/** Returns the levels of a namespace path. */
export function splitLevels(path: string): string[] {
  return path.split(separator)
}
