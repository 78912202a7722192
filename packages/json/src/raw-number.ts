import type { Json } from './types.ts'

/** A number by its digits, where the engine cannot hold one: older than Node 21, Firefox 135, Safari 18.4. */
class RawNumber {
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }
}

/** The standard library's types do not know JSON.rawJSON yet. */
const { rawJSON } = JSON as typeof JSON & { readonly rawJSON?: (digits: string) => Json }

/**
 * A number that is written with exactly these digits, by {@link stringify} alone.
 *
 * @example stringify({ 'write-default': rawNumber('1.0') }) // '{"write-default":1.0}'
 */
export const rawNumber: (digits: string) => Json =
  rawJSON ?? ((digits) => new RawNumber(digits) as unknown as Json)

/** What JSON.stringify makes of a value that was checked, raw numbers included. */
export const write: (value: unknown) => string =
  rawJSON === undefined ? writeRaw : (value) => JSON.stringify(value)

function writeRaw(value: unknown): string {
  if (value instanceof RawNumber) return value.digits
  if (Array.isArray(value)) return `[${value.map(writeRaw).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeRaw(member)}`).join(',')}}`
}
