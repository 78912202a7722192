import type { Json, JsonObject } from './types.ts'

/**
 * A number by its text, which {@link stringify} writes unchanged. `parse` makes them with `keepNumberText`, of numbers
 * that a JavaScript number would write in another way: `1.0`, `1e5`, `-0`, `0.30000000000000000001`.
 */
export interface RawNumber extends JsonObject {
  readonly rawJSON: string
}

/** A raw number where the engine has none: older than Node 21, Firefox 135, Safari 18.4. */
class OwnRawNumber {
  readonly rawJSON: string

  constructor(text: string) {
    this.rawJSON = text
  }
}

/** The standard library's types do not know JSON.rawJSON yet. */
const { rawJSON, isRawJSON } = JSON as typeof JSON & {
  readonly rawJSON?: (text: string) => RawNumber
  readonly isRawJSON?: (value: unknown) => boolean
}

/**
 * Returns a number that is written with exactly this text, by {@link stringify} alone.
 *
 * @example stringify({ 'write-default': rawNumber('1.0') }) // '{"write-default":1.0}'
 */
export const rawNumber: (text: string) => RawNumber =
  rawJSON ?? ((text) => new OwnRawNumber(text) as unknown as RawNumber)

/** Whether a value is a {@link RawNumber}, which has its text in `rawJSON`. */
export function isRawNumber(value: Json | undefined): value is RawNumber {
  return isRawJSON === undefined ? value instanceof OwnRawNumber : isRawJSON(value)
}

/** What JSON.stringify makes of a value that was checked, raw numbers included. */
export const write: (value: unknown) => string =
  rawJSON === undefined ? writeRaw : (value) => JSON.stringify(value)

function writeRaw(value: unknown): string {
  if (value instanceof OwnRawNumber) return value.rawJSON
  if (Array.isArray(value)) return `[${value.map(writeRaw).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeRaw(member)}`).join(',')}}`
}
