import { HeadgateError } from '@headgate/errors'
import type { MetadataCodec } from '../metadata/files.ts'
import type { StringMap } from '../fields.ts'

/** Names of the properties of views that this package uses. */
export const viewPropertyNames = {
  historySize: 'version.history.num-entries',
  dropDialectAllowed: 'replace.drop-dialect.allowed',
  compressionCodec: 'write.metadata.compression-codec',
  metadataPath: 'write.metadata.path',
} as const

/** Returns the value of a property. Ignores inherited members of the object, such as `constructor`. */
export const ownProperty = (properties: StringMap, name: string): string | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined

/** Returns the number of versions that a view keeps. Default: 10. */
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

/** Returns whether a new current version may lack a dialect of the previous version. Default: false. */
export function dropDialectAllowed(properties: StringMap): boolean {
  return ownProperty(properties, viewPropertyNames.dropDialectAllowed)?.toLowerCase() === 'true'
}

/** Returns the compression of the metadata files of a view. The default is gzip, unlike for tables. */
export function viewMetadataCodec(properties: StringMap): MetadataCodec {
  const name = viewPropertyNames.compressionCodec
  const text = ownProperty(properties, name) ?? 'gzip'
  const codec = text.toLowerCase()
  if (codec === 'none' || codec === 'gzip') return codec
  throw new HeadgateError('bad-request', `Invalid ${name}: ${JSON.stringify(text)} is neither none nor gzip`)
}
