import type { SigningRules } from '../rules.ts'
import { assertEscapes, percentEncode, recodePath } from './percent.ts'

/** Returns the canonical form of a path ("canonical URI" of Signature Version 4). */
export function canonicalPath(path: string, rules: SigningRules): string {
  const meant = rules.normalizePath ? normalizePath(path) : path
  if (rules.encodePath === 'once') return recodePath(meant)
  assertEscapes(meant)
  return percentEncode(meant, 'slash')
}

/**
 * Resolves `.` and `..`, and replaces repeated slashes by one. Encoded dots are not resolved.
 * `..` above the root stays at the root (RFC 3986 section 5.2.4).
 */
export function normalizePath(path: string): string {
  if (!/\/\/|\/\./.test(path)) return path
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  const closed = kept.length > 0 && (last === '' || last === '.' || last === '..')
  return `/${kept.join('/')}${closed ? '/' : ''}`
}
