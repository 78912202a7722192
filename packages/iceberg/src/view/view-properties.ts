import { HeadgateError } from '@headgate/errors'
import type { MetadataCodec } from '../metadata/files.ts'
import type { StringMap } from '../fields.ts'

/** The properties of a view that this package itself obeys. */
export const viewPropertyNames = {
  historySize: 'version.history.num-entries',
  dropDialectAllowed: 'replace.drop-dialect.allowed',
  compressionCodec: 'write.metadata.compression-codec',
  metadataPath: 'write.metadata.path',
} as const

/** A property that is set, never one that every object has. */
export const ownProperty = (properties: StringMap, name: string): string | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined

/** How many versions a view keeps; 10 unless it says otherwise. */
export function viewHistorySize(properties: StringMap): number {
  const name = viewPropertyNames.historySize
  const text = ownProperty(properties, name) ?? '10'
  if (!/^[+-]?\d{1,9}$/.test(text)) {
    throw new HeadgateError(
      'bad-request',
      `${name} must be a positive integer but was ${JSON.stringify(text)}`,
    )
  }
  if (Number(text) <= 0) throw new HeadgateError('bad-request', `${name} must be positive but was ${text}`)
  return Number(text)
}

/** Whether the new current version may lack a dialect of the one before; no unless the view says so. */
export function dropDialectAllowed(properties: StringMap): boolean {
  return ownProperty(properties, viewPropertyNames.dropDialectAllowed)?.toLowerCase() === 'true'
}

/** How the view's metadata files are compressed. Views default to gzip, unlike tables. */
export function viewMetadataCodec(properties: StringMap): MetadataCodec {
  const name = viewPropertyNames.compressionCodec
  const text = ownProperty(properties, name) ?? 'gzip'
  const codec = text.toLowerCase()
  if (codec === 'none' || codec === 'gzip') return codec
  throw new HeadgateError('bad-request', `Invalid ${name}: ${JSON.stringify(text)} is neither none nor gzip`)
}
