/**
 * Parses the value of `SignedHeaders`. Returns undefined unless the header names are in lower case, sorted and
 * without repetition.
 */
export function parseSignedHeaders(text: string | undefined): string[] | undefined {
  if (text === undefined || text.length > 8192) return undefined
  const names = text.split(';')
  for (const [i, name] of names.entries()) {
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return undefined
    const before = names[i - 1]
    if (before !== undefined && before >= name) return undefined
  }
  return names
}

/**
 * Validates and returns the text of a signature. Returns undefined unless it consists of 64 lower-case hexadecimal
 * digits.
 */
export function parseSignature(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined
}
