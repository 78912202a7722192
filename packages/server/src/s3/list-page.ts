import type { ListEntry } from '../storage/storage.ts'
import { compareUtf8 } from '../storage/utf8-order.ts'
import { parseObjectLocation, parsePrefix } from '../storage/location.ts'
import { isHeadgateError } from '@headgate/errors'
import { quoted } from './conditions.ts'
import { cannotHold } from './missing.ts'
import type { S3Call } from './operation.ts'
import { parseCount } from './query.ts'
import { invalidArgument, S3Error } from './s3-error.ts'
import { isInside } from './scope.ts'
import type { XmlElement } from './xml-writer.ts'

/** One less than S3's, so that one page of the storage shows whether there is more behind it. */
const mostEntries = 999

/** What both forms of ListObjects ask for. */
export interface ListQuery {
  readonly prefix: string
  readonly delimiter: '/' | ''
  readonly maxKeys: number
  /** Keys as the answer has them. */
  readonly written: (key: string) => string
  readonly encodingType: 'url' | undefined
}

export interface ListedPage {
  /** `Contents` and `CommonPrefixes`. */
  readonly elements: readonly XmlElement[]
  readonly count: number
  /** The last key or folded prefix, when there are more. */
  readonly next: string | undefined
}

/** @throws S3Error `AccessDenied` unless the prefix lies within one of the session's, `InvalidArgument`, `NotImplemented` */
export function parseListQuery({ parameters, session, location }: S3Call): ListQuery {
  const prefix = parameters.get('prefix') ?? ''
  const delimiter = parameters.get('delimiter') ?? ''
  const encodingType = parameters.get('encoding-type')
  const maxKeys = parseCount(parameters.get('max-keys') ?? '1000', 2 ** 31 - 1)
  if (maxKeys === undefined) throw invalidArgument('max-keys', 'must be a number')
  if (delimiter !== '' && delimiter !== '/')
    throw new S3Error('NotImplemented', { message: 'The only delimiter here is a slash.' })
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

/** Lists what comes after `after`, a key or folded prefix, or any text. */
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
  // All keys with the prefix come before that text.
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

/** Where the storage goes on: after may be no location, and then what stands before its last slashes comes before it. */
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

/** Every parser of SDKs turns `%20` into a space, but not every one a `+`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
