import { recodeQuery } from './percent.ts'

/** Query parameter in canonical percent-encoding. Two spellings of the same parameter are equal. */
export interface QueryParameter {
  readonly name: string
  readonly value: string
}

/**
 * Parses the raw query of a URL into its parameters, in order. `a` and `a=` are equal. Empty pieces between `&` are
 * skipped.
 */
export function parseQuery(query: string): QueryParameter[] {
  if (query === '') return []
  const parameters: QueryParameter[] = []
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    parameters.push(
      equals === -1
        ? { name: recodeQuery(piece), value: '' }
        : { name: recodeQuery(piece.slice(0, equals)), value: recodeQuery(piece.slice(equals + 1)) },
    )
  }
  return parameters
}

/** Returns the canonical query of Signature Version 4: encoded parameters, sorted by name and then by value. */
export function canonicalQuery(parameters: readonly QueryParameter[]): string {
  return parameters
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
