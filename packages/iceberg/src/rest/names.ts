import type { HeadgateError } from '@headgate/errors'
import { invalid } from '../field-error.ts'

/** Levels of a namespace, outermost first. A decoded namespace has at least one level. */
export type Namespace = readonly string[]

/** Limits of names in bytes of UTF-8. Databases and object stores also limit names in bytes. */
export interface NameLimits {
  /** Limit of one level of a namespace, and of the name of a table or view. */
  readonly maxNameBytes: number
  /** Limit of the total length of all levels of a namespace. */
  readonly maxNamespaceBytes: number
  /** Limit of the number of levels of a namespace. */
  readonly maxLevels: number
}

/** Limits that decoders use by default. */
export const defaultNameLimits: NameLimits = { maxNameBytes: 255, maxNamespaceBytes: 1024, maxLevels: 32 }

const CONTROL = /\p{Cc}/u

const invalidName = (what: string, why: string): HeadgateError => invalid(`Invalid ${what}: ${why}`, why)

const shown = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name)

/**
 * Checks a name. A name must be unambiguous in URLs, object keys, policies and logs.
 *
 * @param what kind of the name, for the message: `table name`, `namespace level`
 * @throws {HeadgateError} `bad-request`
 */
export function checkName(name: string, what: string, limits: NameLimits = defaultNameLimits): string {
  if (name === '') throw invalidName(what, 'must not be empty')
  if (!name.isWellFormed()) throw invalidName(what, 'not well-formed Unicode')
  // The refused control characters include the unit separator 0x1F, which separates the levels of a namespace in
  // URLs.
  if (CONTROL.test(name)) throw invalidName(what, `${shown(name)} has a control character`)
  // Clients, proxies and object stores resolve the names `.` and `..` as relative path segments.
  if (name === '.' || name === '..') throw invalidName(what, `${shown(name)} is reserved`)
  if (Buffer.byteLength(name) > limits.maxNameBytes) {
    throw invalidName(what, `${shown(name)} is longer than ${limits.maxNameBytes} bytes`)
  }
  return name
}

/**
 * Checks a namespace. A namespace must have at least one level, and all levels must be valid names.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function checkNamespace(levels: readonly string[], limits: NameLimits = defaultNameLimits): Namespace {
  if (levels.length === 0) throw invalidName('namespace', 'must have at least one level')
  if (levels.length > limits.maxLevels) throw invalidName('namespace', `more than ${limits.maxLevels} levels`)
  let bytes = 0
  for (const level of levels) bytes += Buffer.byteLength(checkName(level, 'namespace level', limits))
  if (bytes > limits.maxNamespaceBytes)
    throw invalidName('namespace', `longer than ${limits.maxNamespaceBytes} bytes`)
  return levels
}
