import type { Entries } from './reader.ts'

/**
 * Parses the lines of a Java properties file: `name=value`, `name: value` and `name value`. Skips comments and lines
 * without a value. If a name occurs several times, the last value applies.
 */
export function parseJavaProperties(text: string): Entries {
  const joined = text.replaceAll(/\\\r?\n\s*/g, '')
  const entries = joined.split(/\r?\n/).flatMap((line): [string, string][] => {
    if (/^\s*([#!]|$)/.test(line)) return []
    const [, name, value] = /^\s*([^\s=:]+)(?:\s*[=:]\s*|\s+)(.*?)\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(entries)
}
