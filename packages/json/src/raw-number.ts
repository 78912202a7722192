import type { Json, JsonObject } from './types.ts'

/**
 * A number as text, which {@link stringify} writes unchanged. With `keepNumberText`, `parse` returns a raw number for
 * each number whose text a JavaScript number would change: `1.0`, `1e5`, `-0`, `0.30000000000000000001`.
 */
export interface RawNumber extends JsonObject {
  /** Text of the number. */
  readonly rawJSON: string
}

/** Raw number for JavaScript engines without `JSON.rawJSON`: Node before 21, Firefox before 135, Safari before 18.4. */
class PolyfilledRawNumber {
  readonly rawJSON: string

  constructor(text: string) {
    this.rawJSON = text
  }
}

/** The types of the standard library do not declare JSON.rawJSON yet. */
const { rawJSON, isRawJSON } = JSON as typeof JSON & {
  readonly rawJSON?: (text: string) => RawNumber
  readonly isRawJSON?: (value: unknown) => boolean
}

/**
 * Returns a number that {@link stringify} writes with exactly this text. `JSON.stringify` writes the same text only in
 * engines that support `JSON.rawJSON`.
 *
 * @example stringify({ 'write-default': rawNumber('1.0') }) // '{"write-default":1.0}'
 */
export const rawNumber: (text: string) => RawNumber =
  rawJSON ?? ((text) => new PolyfilledRawNumber(text) as unknown as RawNumber)

/**
 * Returns whether a value is a {@link RawNumber}. A plain object with a member `rawJSON` is not a raw number.
 *
 * @example
 * ```ts
 * isRawNumber(rawNumber('1.0')) // true
 * ```
 */
export function isRawNumber(value: Json | undefined): value is RawNumber {
  return isRawJSON === undefined ? value instanceof PolyfilledRawNumber : isRawJSON(value)
}

/** Writes a value as JSON, after `stringify` has checked it. Supports raw numbers in every JavaScript engine. */
export const writeChecked: (value: unknown) => string =
  rawJSON === undefined ? writeRaw : (value) => JSON.stringify(value)

function writeRaw(value: unknown): string {
  if (value instanceof PolyfilledRawNumber) return value.rawJSON
  if (Array.isArray(value)) return `[${value.map(writeRaw).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeRaw(member)}`).join(',')}}`
}
