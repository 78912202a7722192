import type { SigningRules } from '../rules.ts'
import { assertEscapes, percentEncode, recodePath } from './percent.ts'

/** The canonical path of a path as it was sent (Signature Version 4, "canonical URI"). */
export function canonicalPath(path: string, rules: SigningRules): string {
  const meant = rules.normalizePath ? normalizePath(path) : path
  if (rules.encodePath === 'once') return recodePath(meant)
  assertEscapes(meant)
  return percentEncode(meant, 'slash')
}

/**
 * Resolves `.` and `..`, and makes one slash of many. Encoded dots are text: they are not resolved.
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
