import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { parse, stringify, type Int64, type Json } from '@headgate/json'
import { z } from 'zod'
import type { ScanDefinition } from './scan.ts'

const maxPlainLength = 128_000

const int64 = z.union([z.int(), z.bigint()])
/** Scan as a list of values, for sealed texts, which have to be short. */
type ScanValues = [
  snapshotId: Int64,
  after: Int64 | null,
  schemaId: number,
  caseSensitive: boolean,
  statsColumns: number[],
  filter: Json,
]

export const scanValues: z.ZodType<ScanValues> = z.tuple([
  int64,
  int64.nullable(),
  z.int(),
  z.boolean(),
  z.array(z.int()),
  z.custom<Json>(() => true),
])

export function toScanValues(scan: ScanDefinition): ScanValues {
  const { snapshotId, after, schemaId, caseSensitive, statsColumns, filter } = scan
  return [snapshotId, after, schemaId, caseSensitive, [...statsColumns], filter]
}

export function fromScanValues(values: ScanValues): ScanDefinition {
  const [snapshotId, after, schemaId, caseSensitive, statsColumns, filter] = values
  return { snapshotId, after, schemaId, caseSensitive, statsColumns, filter }
}

/**
 * Returns a compressed text that identifies the files of a scan. Statistics change no files, so it contains none. A
 * filter whose text would be longer than `maxLength` is left out: the text then identifies all files of the snapshot.
 */
export function encodeScan(scan: ScanDefinition, maxLength: number): string {
  const encode = (filter: Json): string => compress(toScanValues({ ...scan, statsColumns: [], filter }))
  const text = encode(scan.filter)
  return text.length <= maxLength ? text : encode(true)
}

/** Decodes a text of `encodeScan` that the server sealed. Returns null for another text. */
export function decodeScan(text: string): ScanDefinition | null {
  const { success, data } = scanValues.safeParse(decompress(text))
  return success ? fromScanValues(data) : null
}

export function compress(value: Json): string {
  return deflateRawSync(stringify(value)).toString('base64url')
}

/** Decompresses a text of `compress` that the server sealed. */
export function decompress(text: string): Json {
  const plain = inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: maxPlainLength })
  return parse(plain.toString())
}
