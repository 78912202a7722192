import type { HeadgateError } from '@headgate/errors'
import { invalid } from '../field-error.ts'

/** The levels of a namespace, outermost first. Never empty once decoded. */
export type Namespace = readonly string[]

/** How long names may be. Bytes are of their UTF-8 form, because that is what stores and object keys count. */
export interface NameLimits {
  /** One level of a namespace, or the name of a relation. */
  readonly maxNameBytes: number
  /** All levels of a namespace together. */
  readonly maxNamespaceBytes: number
  readonly maxLevels: number
}

/** What is taken where nobody says otherwise. */
export const defaultNameLimits: NameLimits = { maxNameBytes: 255, maxNamespaceBytes: 1024, maxLevels: 32 }

const CONTROL = /\p{Cc}/u

const invalidName = (what: string, why: string): HeadgateError => invalid(`Invalid ${what}: ${why}`, why)

const shown = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name)

/**
 * Accepts a name that means the same thing everywhere it goes: into URLs, object keys, policies and logs.
 *
 * @param what what it is the name of, for the message: `table name`, `namespace level`
 * @throws {HeadgateError} `bad-request`
 */
export function checkName(name: string, what: string, limits: NameLimits = defaultNameLimits): string {
  if (name === '') throw invalidName(what, 'must not be empty')
  if (!name.isWellFormed()) throw invalidName(what, 'not well-formed Unicode')
  // The unit separator 0x1F, which stands between levels on the wire, is one of them.
  if (CONTROL.test(name)) throw invalidName(what, `${shown(name)} has a control character`)
  // Clients, proxies and object stores resolve these as path segments.
  if (name === '.' || name === '..') throw invalidName(what, `${shown(name)} is reserved`)
  if (Buffer.byteLength(name) > limits.maxNameBytes) {
    throw invalidName(what, `${shown(name)} is longer than ${limits.maxNameBytes} bytes`)
  }
  return name
}

/**
 * Accepts a namespace of at least one level whose levels are all valid names.
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
