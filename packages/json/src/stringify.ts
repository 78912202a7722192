import { JsonError } from './json-error.ts'
import { rawNumber, writeChecked } from './raw-number.ts'
import type { Json } from './types.ts'

/**
 * Maximum depth of a value, which is also the highest depth that {@link parse} can read. The limit also refuses a
 * value that contains itself.
 */
const DEEPEST = 1000

/**
 * Writes a value as JSON, like `JSON.stringify`, but with bigints as decimal digits. Lone surrogates in strings become
 * escapes, so that the text can be encoded as UTF-8. Members that are `undefined` are omitted.
 *
 * @throws {JsonError} when the value contains a number that is not finite, a function, a symbol, `undefined` outside a
 * member, or an object with a `toJSON` function (such as a Date), and when it is nested deeper than 1000 levels
 * @example stringify({ 'snapshot-id': 3055729675574597004n }) // '{"snapshot-id":3055729675574597004}'
 */
export function stringify(value: Json): string {
  return writeChecked(toWritable(value, DEEPEST))
}

/** Checks a value and replaces its bigints by raw numbers. Copies only the arrays and objects that change. */
function toWritable(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      throw new JsonError(`the number ${value} cannot be written as JSON`)
    case 'bigint':
      return rawNumber(value.toString())
    case 'object':
      if (value === null) return value
      if (depth === 0) throw new JsonError(`nested deeper than ${DEEPEST} levels, or contains itself`)
      return Array.isArray(value) ? writableArray(value, depth - 1) : writableObject(value, depth - 1)
    default:
      throw new JsonError(`a value of type ${typeof value} cannot be written as JSON`)
  }
}

function writableArray(array: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < array.length; i++) {
    const member = array[i]
    const written = toWritable(member, depth)
    if (written !== member) {
      copy ??= array.slice()
      copy[i] = written
    }
  }
  return copy ?? array
}

function writableObject(object: object, depth: number): object {
  if ('toJSON' in object && typeof object.toJSON === 'function') {
    throw new JsonError('an object with a function toJSON cannot be written as JSON')
  }
  const members = object as Record<string, unknown>
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(members)) {
    const member = members[key]
    if (member === undefined) continue
    const written = toWritable(member, depth)
    if (written !== member) {
      // The spread creates `__proto__` as an own member of the copy, so a later assignment to it does not change the
      // prototype.
      copy ??= { ...members }
      copy[key] = written
    }
  }
  return copy ?? object
}
