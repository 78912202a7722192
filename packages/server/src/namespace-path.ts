const separator = '\u001f'

/** Returns the levels of a namespace as one text, joined by U+001F, which is the form in the database. */
export function joinLevels(levels: readonly string[]): string {
  return levels.join(separator)
}

/** Returns the levels of a namespace path. */
export function splitLevels(path: string): string[] {
  return path.split(separator)
}
