import { compareUtf8, type ListEntry, parseObjectLocation, parsePrefix } from '@headgate/storage'
import { isHeadgateError } from '@headgate/errors'
import { quoted } from './conditions.ts'
import { cannotHold } from './missing.ts'
import type { S3Call } from './operation.ts'
import { parseCount } from './query.ts'
import { invalidArgument, S3Error } from './s3-error.ts'
import { isInside } from './scope.ts'
import type { XmlElement } from './xml-writer.ts'

/**
 * Maximum number of entries in a page: one less than at S3, so that one page of 1,000 entries from the storage shows
 * whether more keys follow.
 */
const mostEntries = 999

/** Parameters that ListObjects and ListObjectsV2 have in common. */
export interface ListQuery {
  readonly prefix: string
  readonly delimiter: '/' | ''
  readonly maxKeys: number
  /** Encodes a key for the response as the parameter `encoding-type` requires. */
  readonly written: (key: string) => string
  readonly encodingType: 'url' | undefined
}

export interface ListedPage {
  /** XML elements `Contents` and `CommonPrefixes` of the page. */
  readonly elements: readonly XmlElement[]
  readonly count: number
  /** The last key or common prefix of the page, if more keys follow. Otherwise undefined. */
  readonly next: string | undefined
}

/**
 * Parses the parameters of a ListObjects or ListObjectsV2 request.
 *
 * @throws S3Error `AccessDenied` when the prefix is not within one of the prefixes of the session, `InvalidArgument`,
 *   `NotImplemented`
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
      reason: `the listed prefix ${location + prefix} is outside the prefixes of the session`,
    })
  return {
    prefix,
    delimiter,
    maxKeys,
    encodingType,
    written: encodingType === 'url' ? encodeKey : (key) => key,
  }
}

/**
 * Returns one page of the keys that sort after the text `after`, which may be a key, a common prefix or any other
 * text.
 */
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
  // All keys with the prefix sort before `after`, so the page is empty.
  if (!within && compareUtf8(after, prefix) > 0) return nothing
  const start = within ? resolveStart(root, prefix, after) : prefix
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
      elements.push(toElement(entry, written(key)))
      last = key
    }
  } catch (error) {
    if (!cannotHold(prefix, error)) throw error
  }
  return { elements, count: elements.length, next: undefined }
}

/**
 * Returns the start position of the list, without the root. If `after` is not a valid key, returns the longest valid
 * part before one of its slashes, which sorts before `after`.
 */
function resolveStart(root: string, prefix: string, after: string): string {
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

function toElement(entry: ListEntry, key: string): XmlElement {
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

/**
 * Percent-encodes a key for a response with `encoding-type=url`. Encodes a space as `%20`, because some SDKs do not
 * decode `+`.
 */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
