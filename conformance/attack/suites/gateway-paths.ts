import { type HeaderPair, sha256, signInHeader } from '../../refresh/s3-signature.ts'
import { type S3Response, sendRaw } from '../../refresh/s3-request.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import type { Fixture, Who } from '../fixture.ts'
import { hostileKey } from '../pieces.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts'] as const

export function seenOfStore({ status, text, headers }: S3Response): Seen {
  const length = headers['content-length']
  return { status, text, contentLength: typeof length === 'string' ? length : undefined }
}

interface StoreRequest {
  readonly method: string
  readonly target: string
  readonly headers?: readonly HeaderPair[]
  readonly body?: string
}

/**
 * Sends a request with a valid signature to the store, so that only the path of the request can be the reason for a
 * refusal.
 */
async function signedSend(fixture: Fixture, who: Who, request: StoreRequest): Promise<S3Response> {
  const keys = fixture.keys?.[who]
  if (keys === undefined) throw new Error('the server issued no storage keys')
  const { method, headers = [], body = '' } = request
  // Replaces characters that a request line cannot contain, because Node refuses to send them.
  const target = request.target.replaceAll(/[^\x21-\x7e]|#/g, '%20')
  const requestHeaders: HeaderPair[] = [
    ['host', new URL(keys.endpoint).host],
    ['content-length', String(Buffer.byteLength(body))],
    ...headers,
  ]
  const draft = { method, target, headers: requestHeaders, payloadHash: sha256(body) }
  const { headers: signed } = signInHeader(draft, keys, { region: keys.region })
  return sendRaw(keys.endpoint, method, target, signed, body)
}

const methods = ['GET', 'GET', 'HEAD', 'PUT', 'PUT', 'DELETE', 'POST'] as const
const subresources = [
  '',
  '',
  '',
  '',
  '?uploads',
  '?delete',
  '?acl',
  '?tagging',
  '?policy',
  '?versionId=null',
  '?partNumber=1&uploadId=x',
  '?torrent',
  '?restore',
  '?select&select-type=2',
  '?attributes',
  '?append',
  '?x-id=PutObject',
  '?response-content-type=text/html',
] as const

async function pathCase(fixture: Fixture, random: Random): Promise<Evidence> {
  const method = random.pick(methods)
  const bucket = random.pick([
    fixture.bucket,
    fixture.bucket,
    fixture.bucket,
    fixture.bucket,
    `${fixture.bucket}2`,
    fixture.bucket.toUpperCase(),
    `${fixture.bucket}%2F`,
    '',
    '..',
    `${fixture.bucket}/..`,
  ])
  const target = `/${bucket}/${hostileKey(fixture, random)}${random.pick(subresources)}`
  const body = method === 'PUT' || method === 'POST' ? 'attack' : ''
  const response = await signedSend(fixture, 'mallory', { method, target, body })
  return { what: `${method} ${target}`, seen: [seenOfStore(response)] }
}

async function listCase(fixture: Fixture, random: Random): Promise<Evidence> {
  const inside = fixture.own.location.slice(`s3://${fixture.bucket}/`.length)
  const prefix = random.pick([
    '',
    '/',
    inside,
    inside.slice(0, -1),
    `${inside}2`,
    `${inside}2/`,
    `${inside}/../`,
    `${inside}/`,
    'n',
    'n/',
    '.',
    '..',
    hostileKey(fixture, random),
    `${inside}/%2e%2e/`,
    '%00',
    `${inside}*`,
    '*',
    `${inside}/\u2024\u2024/`,
  ])
  const more = random.some(
    [
      'delimiter=/',
      'delimiter=',
      'delimiter=t',
      'max-keys=1000',
      'start-after=n/t',
      'start-after=../',
      'marker=n/t',
      'continuation-token=AAAA',
      'encoding-type=url',
      'fetch-owner=true',
      'versions',
      'uploads',
      `prefix=${inside}/`,
    ],
    3,
  )
  const query = [
    random.pick(['list-type=2', 'list-type=2', 'x=1', 'list-type=1']),
    `prefix=${encodeURI(prefix).replaceAll('%25', '%')}`,
    ...new Set(more),
  ]
  const bucket = random.pick([
    fixture.bucket,
    fixture.bucket,
    fixture.bucket,
    `${fixture.bucket}2`,
    `${fixture.bucket}/`,
    `${fixture.bucket}/n/`,
  ])
  const target = `/${bucket}?${query.filter((piece) => piece !== 'x=1').join('&')}`
  const response = await signedSend(fixture, 'mallory', { method: 'GET', target })
  return { what: `GET ${target.replaceAll(fixture.marks.name, '<canary>')}`, seen: [seenOfStore(response)] }
}

async function copyCase(fixture: Fixture, random: Random): Promise<Evidence> {
  const inside = fixture.own.location.slice('s3://'.length)
  const source = `${random.pick(['', '/', '//'])}${random.pick([fixture.bucket, fixture.bucket, `${fixture.bucket}2`, '..', `${inside}/..`])}/${hostileKey(fixture, random)}`
  const part = random.pick(['', '', '', '?partNumber=1&uploadId=abc'])
  const target = `/${inside}/data/copied-${random.int(10)}${part}`
  const name = random.pick(['x-amz-copy-source', 'x-amz-copy-source', 'X-Amz-Copy-Source'])
  const value = source.replaceAll(/[^\x21-\x7e]/g, '%20')
  const headers: HeaderPair[] = [[name, value]]
  if (random.chance(0.2)) headers.push(['x-amz-metadata-directive', 'REPLACE'])
  const response = await signedSend(fixture, 'mallory', { method: 'PUT', target, headers })
  return { what: `PUT ${target} with copy source ${value}`, seen: [seenOfStore(response)] }
}

async function bulkCase(fixture: Fixture, random: Random): Promise<Evidence> {
  const keys = Array.from({ length: 1 + random.int(5) }, () => {
    const key = hostileKey(fixture, random)
    return random.chance(0.5) ? key : decodedOr(key)
  })
  const spelled = (key: string): string => {
    const escaped = key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\0', '&#0;')
    return random.pick([
      `<Object><Key>${escaped}</Key></Object>`,
      `<Object><Key><![CDATA[${key}]]></Key></Object>`,
      `<Object><Key>${escaped.replaceAll('.', '&#46;').replaceAll('/', '&#x2f;')}</Key></Object>`,
      `<Object><Key>n/t/x</Key><Key>${escaped}</Key></Object>`,
      `<Object><VersionId>null</VersionId><Key>${escaped}</Key></Object>`,
    ])
  }
  const head = random.pick([
    '',
    '<?xml version="1.0"?>',
    '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
  ])
  const body = `${head}<Delete>${keys.map(spelled).join('')}</Delete>`
  const headers: HeaderPair[] = [
    ['x-amz-checksum-sha256', Buffer.from(sha256(body), 'hex').toString('base64')],
  ]
  const response = await signedSend(fixture, 'mallory', {
    method: 'POST',
    target: `/${fixture.bucket}?delete`,
    headers,
    body,
  })
  return { what: `POST /${fixture.bucket}?delete with ${body}`, seen: [seenOfStore(response)] }
}

function decodedOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const gatewayPaths: readonly AttackSuite[] = [
  { name: 's3-path', modes, weight: 6, attack: pathCase },
  { name: 's3-list', modes, weight: 2, attack: listCase },
  { name: 's3-copy', modes, weight: 2, attack: copyCase },
  { name: 's3-bulk-delete', modes, weight: 2, attack: bulkCase },
  {
    name: 's3-read-only',
    modes,
    weight: 1,
    async attack(fixture, random) {
      const inside = fixture.own.location.slice('s3://'.length)
      const method = random.pick(['PUT', 'DELETE', 'POST'] as const)
      const place = method === 'POST' ? '?uploads' : ''
      const target = `/${inside}/data/${random.pick(['x', 'kept', 'y/z'])}${place}`
      const headers: HeaderPair[] =
        method === 'PUT' && random.chance(0.3) ? [['x-amz-copy-source', `/${inside}/data/kept`]] : []
      const response = await signedSend(fixture, 'reader', {
        method,
        target,
        headers,
        body: method === 'PUT' && headers.length === 0 ? 'x' : '',
      })
      return {
        what: `${method} ${target} by a caller that may only read`,
        seen: [seenOfStore(response)],
        mustFail: true,
      }
    },
  },
  {
    name: 's3-legitimate',
    modes,
    legitimate: true,
    async attack(fixture, random) {
      const target = `/${fixture.own.location.slice('s3://'.length)}/data/${random.pick(['kept', 'a=1/b', 'x%20y', 'caf%C3%A9', 'p+q'])}`
      const put = await signedSend(fixture, 'mallory', { method: 'PUT', target, body: 'mine' })
      const got = await signedSend(fixture, random.pick(['mallory', 'reader']), { method: 'GET', target })
      const inside = fixture.own.location.slice(`s3://${fixture.bucket}/`.length)
      const listed = await signedSend(fixture, 'mallory', {
        method: 'GET',
        target: `/${fixture.bucket}?list-type=2&prefix=${inside}/data/`,
      })
      const right = got.text === 'mine' && listed.text.includes('<Key>')
      return {
        what: `PUT, GET and list of ${target}`,
        seen: right
          ? [put, got, listed].map(seenOfStore)
          : [{ status: 500, text: `${put.status} ${got.status} ${listed.status}` }],
      }
    },
  },
]
