const separator = '\u001f'

/** Returns the levels of a namespace as one text, joined by U+001F. The database stores namespaces in this form. */
export function joinLevels(levels: readonly string[]): string {
  return levels.join(separator)
}

/** Splits a namespace in the form of the database (levels joined by U+001F) into its levels. */
export function splitLevels(path: string): string[] {
  return path.split(separator)
}
