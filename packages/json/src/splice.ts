import { JsonError } from './json-error.ts'
import { stringify } from './stringify.ts'
import type { Json } from './types.ts'

/** Bytes of one complete JSON value in UTF-8, made and checked when they were written; copied as they are. */
export interface RawJson {
  readonly raw: Uint8Array
}

/** Marks bytes as one complete JSON value, for {@link spliceObject}. They are trusted: nothing parses them again. */
export function raw(bytes: Uint8Array): RawJson {
  return { raw: bytes }
}

/**
 * Writes one JSON object, in the given order, around values that are JSON bytes already.
 *
 * @throws {JsonError} when a key comes twice, raw bytes are empty, or a value cannot be written
 * @example
 * spliceObject([
 *   ['metadata-location', 's3://lake/t/metadata/00001.json'],
 *   ['metadata', raw(storedBytes)],
 *   ['config', { 'client.region': 'eu-central-1' }],
 * ])
 */
export function spliceObject(entries: readonly (readonly [key: string, value: Json | RawJson])[]): Buffer {
  const parts: Uint8Array[] = []
  const keys = new Set<string>()
  let text = '{'
  for (const [key, value] of entries) {
    if (keys.has(key)) throw new JsonError('a key comes twice')
    text += `${keys.size === 0 ? '' : ','}${JSON.stringify(key)}:`
    keys.add(key)
    if (isRaw(value)) {
      if (value.raw.byteLength === 0) throw new JsonError('raw bytes are empty, which is no JSON value')
      parts.push(Buffer.from(text), value.raw)
      text = ''
    } else {
      text += stringify(value)
    }
  }
  parts.push(Buffer.from(`${text}}`))
  return Buffer.concat(parts)
}

/** No JSON value holds a Uint8Array, so this tells the two apart whatever members an object has. */
const isRaw = (value: Json | RawJson): value is RawJson =>
  typeof value === 'object' && value !== null && 'raw' in value && value.raw instanceof Uint8Array
