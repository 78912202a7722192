import { compareUtf8, type ListEntry, parseObjectLocation, parsePrefix } from '@headgate/storage'
import { isHeadgateError } from '@headgate/errors'
import { quoted } from './conditions.ts'
import { cannotHold } from './missing.ts'
import type { S3Call } from './operation.ts'
import { parseCount } from './query.ts'
import { invalidArgument, S3Error } from './s3-error.ts'
import { isInside } from './scope.ts'
import type { XmlElement } from './xml-writer.ts'

/** Maximum page size: one less than that of S3, so that one page of the storage shows whether more keys follow. */
const mostEntries = 999

/** Parameters of both versions of ListObjects. */
export interface ListQuery {
  readonly prefix: string
  readonly delimiter: '/' | ''
  readonly maxKeys: number
  /** Encodes keys as the client requested. */
  readonly written: (key: string) => string
  readonly encodingType: 'url' | undefined
}

export interface ListedPage {
  /** `Contents` and `CommonPrefixes`. */
  readonly elements: readonly XmlElement[]
  readonly count: number
  /** The last key or folded prefix of the page, if more follow. */
  readonly next: string | undefined
}

/**
 * Parses the parameters of a list.
 *
 * @throws S3Error `AccessDenied` unless the prefix is within one of the session's, `InvalidArgument`, `NotImplemented`
 */
export function parseListQuery({ parameters, session, location }: S3Call): ListQuery {
  const prefix = parameters.get('prefix') ?? ''
  const delimiter = parameters.get('delimiter') ?? ''
  const encodingType = parameters.get('encoding-type')
  const maxKeys = parseCount(parameters.get('max-keys') ?? '1000', 2 ** 31 - 1)
  if (maxKeys === undefined) throw invalidArgument('max-keys', 'must be a number')
  if (delimiter !== '' && delimiter !== '/')
    throw new S3Error('NotImplemented', { message: 'This server supports only a slash as delimiter.' })
  if (encodingType !== undefined && encodingType !== 'url')
    throw invalidArgument('encoding-type', 'must be url')
  checkPrefix(location + prefix)
  if (!isInside(session, location + prefix))
    throw new S3Error('AccessDenied', {
      reason: `list of ${location + prefix}: outside the session's prefixes`,
    })
  return {
    prefix,
    delimiter,
    maxKeys,
    encodingType,
    written: encodingType === 'url' ? encodeKey : (key) => key,
  }
}

/** Lists the keys after `after`: a key, a folded prefix, or any text. */
export async function listPage(
  { storage, location: root, signal }: S3Call,
  { prefix, delimiter, maxKeys, written }: ListQuery,
  after: string,
): Promise<ListedPage> {
  const limit = Math.min(maxKeys, mostEntries)
  const elements: XmlElement[] = []
  let last: string | undefined
  const nothing = { elements, count: 0, next: undefined }
  if (limit === 0) return nothing
  const within = after.startsWith(prefix)
  // All keys with the prefix sort before that text.
  if (!within && compareUtf8(after, prefix) > 0) return nothing
  const start = within ? startOf(root, prefix, after) : prefix
  const entries = storage.list(root + prefix, {
    signal,
    pageSize: limit + 1,
    ...(delimiter === '' ? {} : { delimiter }),
    ...(start === prefix ? {} : { startAfter: root + start }),
  })
  try {
    for await (const entry of entries) {
      const key = entry.location.slice(root.length)
      if (!entry.location.startsWith(root + prefix))
        throw new S3Error('InternalError', { reason: 'the storage listed a location outside the prefix' })
      if (compareUtf8(key, after) <= 0) continue
      if (elements.length === limit) return { elements, count: limit, next: last }
      elements.push(elementOf(entry, written(key)))
      last = key
    }
  } catch (error) {
    if (!cannotHold(prefix, error)) throw error
  }
  return { elements, count: elements.length, next: undefined }
}

/**
 * Returns the location after which the storage continues. `after` may not be a valid location. The text before its last
 * slashes then sorts before it.
 */
function startOf(root: string, prefix: string, after: string): string {
  let start = after
  while (start.length > prefix.length && !isLocation(root + start))
    start = start.slice(0, Math.max(start.lastIndexOf('/'), prefix.length))
  return start
}

function isLocation(text: string): boolean {
  try {
    parseObjectLocation(text)
    return true
  } catch (error) {
    if (!isHeadgateError(error)) throw error
    return false
  }
}

function elementOf(entry: ListEntry, key: string): XmlElement {
  if (entry.type === 'prefix') return ['CommonPrefixes', [['Prefix', key]]]
  const { size, etag, lastModified } = entry.info
  return [
    'Contents',
    [
      ['Key', key],
      ['LastModified', new Date(lastModified).toISOString()],
      ['ETag', quoted(etag)],
      ['Size', size],
      ['StorageClass', 'STANDARD'],
    ],
  ]
}

function checkPrefix(text: string): void {
  try {
    parsePrefix(text)
  } catch (error) {
    if (!isHeadgateError(error)) throw error
    throw new S3Error('InvalidArgument', { reason: error.message, cause: error })
  }
}

/** Encodes spaces as `%20`: every SDK decodes it, but not every SDK decodes `+`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
