import { HeadgateError } from '@headgate/errors'
import { awsDomain } from '@headgate/storage'
import { parseXml, XmlError, type XmlNode } from '../../xml.ts'

/** Operation and objects of a request to an S3 store. */
export interface S3RequestPlan {
  readonly access: 'read' | 'write'
  /** Locations of the objects that the request accesses, decoded, as `s3://bucket/key`. */
  readonly objects: readonly string[]
  /** Prefix of the locations that the request lists. Null when the request is not a listing. */
  readonly list: string | null
}

/** Address of a store, with which its requests are parsed. */
export interface S3Place {
  /** Base URL of the store, or null for AWS. */
  readonly endpoint: string | null
  readonly region: string
  /** True when the bucket is in the path of the URL. Ignored for AWS, which supports both URL styles. */
  readonly pathStyle: boolean
}

/** Storage request that a client wants to send to an S3 store. */
export interface S3Request {
  readonly method: string
  readonly url: URL
  /** Body of a bulk delete, which contains the keys of the objects. Null for other requests. */
  readonly body: string | null
}

/** Query parameters of reads, writes and lists. Any other parameter changes the operation. */
const reading = new Set([
  'x-id',
  'partNumber',
  'uploadId',
  'max-parts',
  'part-number-marker',
  'response-content-type',
])
const listing = new Set([
  'x-id',
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'marker',
  'encoding-type',
  'fetch-owner',
])
const writing = new Set(['x-id', 'partNumber', 'uploadId'])
const maxDeletedKeys = 1000

/**
 * Parses the operation and the objects of a request. Accepts only operations that table formats need, because the
 * server signs the request with the warehouse's keys.
 *
 * @param buckets buckets that the request may access
 * @throws HeadgateError `forbidden` for another store, another bucket, or any operation except read, write, list and delete of objects
 */
export function planS3Request(request: S3Request, place: S3Place, buckets: readonly string[]): S3RequestPlan {
  const { method, url } = request
  const { bucket, key } = parseTarget(url, place, buckets)
  const parameters = [...url.searchParams.keys()]
  if (new Set(parameters).size !== parameters.length) throw refused('a query parameter occurs twice')
  const only = (allowed: ReadonlySet<string>): boolean => parameters.every((name) => allowed.has(name))
  if (key === '') return bucketPlan(request, place, bucket, only(listing))
  checkKey(key)
  const object = toLocation(bucket, key)
  if (method === 'GET' || method === 'HEAD') {
    if (only(reading)) return { access: 'read', objects: [object], list: null }
  } else if (method === 'PUT' || method === 'DELETE') {
    if (only(writing)) return { access: 'write', objects: [object], list: null }
  } else if (method === 'POST') {
    const names = parameters.filter((name) => name !== 'x-id')
    if (names.length === 1 && (names[0] === 'uploads' || names[0] === 'uploadId'))
      return { access: 'write', objects: [object], list: null }
  }
  throw refused(`${method} with these parameters`)
}

function bucketPlan(
  { method, url, body }: S3Request,
  place: S3Place,
  bucket: string,
  lists: boolean,
): S3RequestPlan {
  if (method === 'GET' && lists) {
    const prefix = url.searchParams.get('prefix') ?? ''
    if (prefix !== '') checkKey(prefix)
    return { access: 'read', objects: [], list: toLocation(bucket, prefix) }
  }
  if (method === 'POST' && url.searchParams.has('delete')) {
    const parameters = [...url.searchParams.keys()].filter((name) => name !== 'x-id')
    // Stores other than AWS read the list of keys before they compare the body with its signed hash (observed with
    // MinIO). A client of such a store could send another list than the list that this server checked.
    if (place.endpoint !== null)
      throw refused('a bulk delete on a store that is not AWS; delete one object at a time')
    if (parameters.length === 1) {
      const objects = deletedKeys(body).map((key) => toLocation(bucket, key))
      return { access: 'write', objects, list: null }
    }
  }
  throw refused(`${method} of a bucket with these query parameters`)
}

function parseTarget(
  url: URL,
  { endpoint, region, pathStyle }: S3Place,
  buckets: readonly string[],
): { readonly bucket: string; readonly key: string } {
  const path = decoded(url.pathname)
  const base = endpoint === null ? null : new URL(endpoint)
  const domain = awsDomain(region)
  const hosts = base === null ? [`s3.${region}.${domain}`, `s3.${domain}`] : [base.host]
  const scheme = base?.protocol ?? 'https:'
  if (url.protocol !== scheme || url.username !== '' || url.password !== '' || url.hash !== '')
    throw refused('another store')
  // A store that reads the bucket only from the path would use the first segment of the key as the bucket.
  if (base === null || !pathStyle) {
    const named = buckets.find((name) => hosts.some((host) => url.host === `${name}.${host}`))
    if (named !== undefined) return { bucket: named, key: path.slice(1) }
  }
  if (!hosts.includes(url.host)) throw refused('another store')
  const start = `${(base?.pathname ?? '/').replace(/\/$/, '')}/`
  const rest = path.startsWith(start) ? path.slice(start.length) : ''
  const bucket = buckets.find((name) => rest === name || rest.startsWith(`${name}/`))
  if (bucket === undefined) throw refused('another bucket')
  return { bucket, key: rest.slice(bucket.length + 1) }
}

function toLocation(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}

/** Decodes a path or parameter exactly once, as stores do. Refuses a text that two parsers could decode differently. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused('a path that is not valid percent-encoding')
  }
}

function checkKey(key: string): void {
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    throw refused('a path with . or ..')
  if (/\p{Cc}/u.test(key)) throw refused('a path with control characters')
}

/**
 * Parses the keys of a bulk delete in the simple XML form that clients send. Refuses any other content, because it may
 * change which objects are deleted.
 */
function deletedKeys(body: string | null): string[] {
  if (body === null) throw refused('a bulk delete without its body')
  const root = parseDocument(body)
  const objects = root.children.filter(({ name }) => name !== 'Quiet')
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > maxDeletedKeys) throw unreadable()
  const keys = objects.map(({ name, children: [key, ...more] }) => {
    if (name !== 'Object' || key?.name !== 'Key' || key.children.length > 0 || more.length > 0)
      throw unreadable()
    return key.text
  })
  keys.forEach(checkKey)
  return keys
}

function parseDocument(body: string): XmlNode {
  try {
    return parseXml(Buffer.from(body), { maxElements: 2 + 2 * maxDeletedKeys })
  } catch (error) {
    throw error instanceof XmlError ? unreadable() : error
  }
}

function unreadable(): HeadgateError {
  return refused('a bulk delete that cannot be parsed')
}

function refused(what: string): HeadgateError {
  return new HeadgateError('forbidden', `This request is not signed: ${what}.`)
}
