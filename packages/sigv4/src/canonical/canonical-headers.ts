import { SigV4Error } from '../sigv4-error.ts'
import type { Header } from '../wire-request.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Headers by lower-case name, each with its values in the order in which they were sent. */
export type HeaderTable = ReadonlyMap<string, readonly string[]>

/**
 * Groups headers by lower-case name. Removes white space at both ends of a value, and replaces white space within a
 * value by one space.
 */
export function tabulateHeaders(headers: Iterable<Header>): HeaderTable {
  const table = new Map<string, string[]>()
  for (const [name, value] of headers) {
    if (!TOKEN.test(name)) throw new SigV4Error('malformed-request', 'A header has an invalid name')
    const key = name.toLowerCase()
    const values = table.get(key)
    if (values === undefined) table.set(key, [canonicalValue(value)])
    else values.push(canonicalValue(value))
  }
  return table
}

/** Returns the only value of a header, or undefined. Refuses a header that was sent twice. */
export function singleHeader(table: HeaderTable, name: string): string | undefined {
  const values = table.get(name)
  if (values === undefined) return undefined
  if (values.length > 1)
    throw new SigV4Error('duplicate-header', `The header ${name} was sent more than once`)
  return values[0]
}

/**
 * Returns the canonical headers of Signature Version 4: one line for each name in `names`, which must be sorted and
 * in lower case.
 */
export function canonicalHeaders(table: HeaderTable, names: readonly string[]): string {
  let lines = ''
  for (const name of names) {
    const values = table.get(name)
    if (values === undefined) {
      throw new SigV4Error('signed-header-missing', `The signed header ${name} was not sent`)
    }
    lines += `${name}:${values.join(',')}\n`
  }
  return lines
}

// `\s` and `trim` also match U+00A0, which may be a byte of a UTF-8 sequence.
function canonicalValue(value: string): string {
  if (!/[^\x21-\x7e]/.test(value)) return value
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) > 0xff) {
      throw new SigV4Error('malformed-request', 'Header values must have one character per byte')
    }
  }
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}
