import { createHash } from 'node:crypto'
import { type S3Keys, sha256, signInHeader } from '../refresh/s3-signature.ts'
import type { HostileBody } from './hostile-bodies.ts'

/** Storage keys that the server vended for a table, with the endpoint and region for which requests are signed. */
export interface StorageAccess extends S3Keys {
  readonly origin: string
  readonly region: string
  /** Path of the table's location in requests to the S3 endpoint. */
  readonly target: string
}

/** HTTP request that is built completely before it is sent, so that sending takes little time. */
export interface PreparedRequest {
  readonly interface: 'catalog' | 'storage'
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly bytes: Buffer
}

const MiB = 1024 * 1024
const part = '<Part><PartNumber>1</PartNumber><ETag>"0"</ETag></Part>'
const object = '<Object><Key>a</Key></Object>'

/**
 * Functions that return an XML document with `size` characters in the element `root`. Each document is expensive to
 * parse for at least some XML parsers.
 */
export const hostileDocuments: Readonly<Record<string, (root: string, size: number) => string>> = {
  ampersands: (root, size) => `<${root}>${'&'.repeat(size)}</${root}>`,
  references: (root, size) => `<${root}><Key>${'&amp;'.repeat(size / 5)}</Key></${root}>`,
  'empty elements': (root, size) => `<${root}>${'<a/>'.repeat(size / 4)}</${root}>`,
  'open elements': (root, size) => `<${root}>${'<a>'.repeat(size / 3)}`,
  attributes: (root, size) => `<${root} ${'a="" '.repeat(size / 5)}></${root}>`,
  spaces: (root, size) => `<${root}>${' '.repeat(size)}</${root}>`,
  entries: (root, size) => {
    const entry = root === 'Delete' ? object : part
    return `<${root}>${entry.repeat(size / entry.length)}</${root}>`
  },
}

/** Returns DeleteObjects and CompleteMultipartUpload requests with hostile XML bodies, signed with the storage keys. */
export function s3Attacks(access: StorageAccess): PreparedRequest[] {
  const bucket = access.target.split('/')[1] ?? ''
  return Object.entries(hostileDocuments).flatMap(([name, document]) =>
    [30 * 1024, 2 * MiB - 1024].flatMap((size) => [
      signed(access, `/${bucket}?delete=`, {
        name,
        headers: {},
        bytes: Buffer.from(document('Delete', size)),
      }),
      signed(access, `${access.target}/data/a?uploadId=a`, {
        name,
        headers: {},
        bytes: Buffer.from(document('CompleteMultipartUpload', size)),
      }),
    ]),
  )
}

function signed(access: StorageAccess, target: string, { bytes }: HostileBody): PreparedRequest {
  const md5 = createHash('md5').update(bytes).digest('base64')
  const { headers } = signInHeader(
    {
      method: 'POST',
      target,
      headers: [
        ['host', new URL(access.origin).host],
        ['content-length', String(bytes.length)],
        ['content-md5', md5],
      ],
      payloadHash: sha256(bytes),
    },
    access,
    { region: access.region },
  )
  return {
    interface: 'storage',
    method: 'POST',
    url: `${access.origin}${target}`,
    headers: Object.fromEntries(headers),
    bytes,
  }
}
