import { createHash } from 'node:crypto'
import { tablePath } from '../../refresh/catalog-client.ts'
import { type HeaderPair, sha256 } from '../../refresh/s3-signature.ts'
import type { AttackSuite } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
import { hostileKey } from '../pieces.ts'
import { signAndSend, type ToSign } from '../probe.ts'
import type { Random } from '../random.ts'

const modes = ['remote-signing'] as const

function toPath(fixture: Fixture): string {
  return `${tablePath(fixture.as.mallory, fixture.namespace, fixture.own.name)}/sign`
}

function hostileUri(fixture: Fixture, random: Random): string {
  const endpoint = fixture.store?.endpoint ?? ''
  const { host } = new URL(endpoint)
  const key = hostileKey(fixture, random)
  const inside = fixture.own.location.slice('s3://'.length)
  const start = random.pick([
    endpoint,
    endpoint,
    endpoint,
    endpoint,
    endpoint,
    `http://x@${host}`,
    `http://${host}@127.0.0.1:1`,
    `http://${fixture.bucket}.${host}`,
    `HTTP://${host}`,
    `http:${host}`,
    `http:/\\${host}`,
    `http://${host}\\`,
    `https://${host}`,
    `http://${host}.`,
    `//${host}`,
    `${endpoint}/.`,
    `${endpoint}//`,
    's3:/',
    'file://',
  ])
  const bucket = random.pick([
    fixture.bucket,
    fixture.bucket,
    fixture.bucket,
    `${fixture.bucket}2`,
    `${fixture.bucket}/`,
    `./${fixture.bucket}`,
    `${fixture.bucket}%2F`,
    '',
  ])
  const end = random.pick([
    '',
    '',
    '',
    '',
    '?acl',
    '?policy',
    '?uploads',
    '?partNumber=1&uploadId=x',
    '?versionId=null',
    '?list-type=2',
    '?list-type=2&prefix=n/',
    '?prefix=n/t&list-type=2',
    '?delete',
    '?list-type=2&prefix=n/t/&prefix=n/',
    '#',
    `#/../${key}`,
    '?x-id=GetObject',
    '?tagging',
  ])
  return random.chance(0.15) ? `${endpoint}/${inside}/${key}${end}` : `${start}/${bucket}/${key}${end}`
}

function hostileRequest(fixture: Fixture, random: Random): ToSign {
  const method = random.pick(['GET', 'GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'get', 'PATCH', 'G\tET'])
  const headers: Record<string, string[]> = {}
  if (random.chance(0.25)) {
    const source =
      `/${random.pick([fixture.bucket, `${fixture.bucket}2`, '..'])}/${hostileKey(fixture, random)}`.replaceAll(
        /[^\x21-\x7e]/g,
        '%20',
      )
    headers[random.pick(['x-amz-copy-source', 'X-Amz-Copy-Source', 'x-amz-copy-source '])] = random.pick([
      [source],
      [`/${fixture.own.location.slice(5)}/x`, source],
    ])
  }
  if (random.chance(0.1)) headers[random.pick(['Host', 'host'])] = ['127.0.0.1:1']
  if (random.chance(0.1)) headers['x-amz-acl'] = ['public-read']
  const inside = `${fixture.store?.endpoint ?? ''}/${fixture.own.location.slice('s3://'.length)}/data/copied`
  const copies = Object.keys(headers).some((name) => /copy-source/i.test(name))
  return {
    method: copies ? 'PUT' : method,
    uri: copies && random.chance(0.7) ? inside : hostileUri(fixture, random),
    headers,
    ...(random.chance(0.1) ? { provider: random.pick(['s3', 'gcs', 'S3', '']) } : {}),
    ...(random.chance(0.1) ? { region: random.pick(['eu-west-1', '', '../x', '*']) } : {}),
  }
}

const buildList = (...keys: readonly string[]): string =>
  `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`

export const signing: readonly AttackSuite[] = [
  {
    name: 'sign-uri',
    modes,
    weight: 6,
    async attack(fixture, random) {
      const request = hostileRequest(fixture, random)
      const { signed, seen } = await signAndSend(
        fixture,
        toPath(fixture),
        request,
        request.method === 'PUT' && Object.keys(request.headers ?? {}).length === 0
          ? 'attack'
          : (request.body ?? ''),
      )
      const name = fixture.marks.name
      const what = `${signed ? 'signed: ' : ''}${request.method} ${request.uri} ${JSON.stringify(request.headers)}`
      return { what: what.replaceAll(name, '<canary>'), seen }
    },
  },
  {
    name: 'sign-bulk-delete',
    modes,
    weight: 2,
    async attack(fixture, random) {
      const inside = `${fixture.own.location.slice(`s3://${fixture.bucket}/`.length)}/data/x`
      const foreign = random
        .pick(fixture.canaries.filter(({ kind }) => kind === 'table' || kind === 'between'))
        .location.slice(`s3://${fixture.bucket}/`.length)
      const honest = buildList(inside)
      const evil = random.pick([buildList(foreign), buildList(inside, foreign)])
      const uri = `${fixture.store?.endpoint ?? ''}/${fixture.bucket}?delete`
      const shown = random.pick([
        honest,
        evil,
        evil.replace('<Key>', '<Key><![CDATA[').replace('</Key>', ']]></Key>'),
        `<!--${honest}-->${evil}`,
        evil.replaceAll('/', '&#x2f;'),
        `${honest}${evil}`,
        evil.replace('<Object>', '<Object><VersionId>null</VersionId>'),
        `<Delete><Quiet>true</Quiet>${evil.slice(8)}`,
      ])
      // The request that is sent to the store may differ from the request that the catalog signed.
      const sent = random.chance(0.6) ? evil : shown
      const hash = random.pick([sha256(sent), 'UNSIGNED-PAYLOAD', '', sha256(shown)])
      const headers = {
        'content-md5': [createHash('md5').update(sent).digest('base64')],
        ...(hash === '' ? {} : { 'x-amz-content-sha256': [hash] }),
      }
      const result = await signAndSend(
        fixture,
        toPath(fixture),
        { method: 'POST', uri, headers, body: shown },
        sent,
      )
      const about = `${shown === sent ? 'as shown' : 'another than shown'}, ${hash === '' ? 'no hash' : hash.length < 64 ? hash : 'a hash'}`
      return {
        what: `bulk delete of ${foreign}: body ${about}: ${shown}`,
        seen: result.seen,
      }
    },
  },
  {
    name: 'sign-unsigned-headers',
    modes,
    weight: 2,
    async attack(fixture, random) {
      const { location } = random.pick(fixture.canaries.filter(({ kind }) => kind !== 'disk'))
      const target = `${fixture.store?.endpoint ?? ''}/${fixture.own.location.slice('s3://'.length)}/data/taken`
      const method = random.pick(['PUT', 'PUT', 'PUT', 'DELETE', 'GET'])
      const added = random.pick<readonly HeaderPair[]>([
        [['x-amz-copy-source', location.slice('s3:/'.length)]],
        [
          ['X-Amz-Copy-Source', location.slice('s3://'.length)],
          ['x-amz-copy-source-if-unmodified-since', 'Fri, 01 Jan 2100 00:00:00 GMT'],
        ],
        [
          ['x-amz-copy-source', location.slice('s3:/'.length)],
          ['x-amz-metadata-directive', 'REPLACE'],
        ],
        [
          ['x-amz-meta-snowball-auto-extract', 'true'],
          ['x-amz-meta-minio-snowball-prefix', 'n/t2'],
        ],
        [['x-minio-force-delete', 'true']],
      ])
      const { seen } = await signAndSend(fixture, toPath(fixture), { method, uri: target }, '', added)
      const after = await signAndSend(fixture, toPath(fixture), { method: 'GET', uri: target })
      return {
        what: `${method} with the additional headers ${JSON.stringify(added)}`,
        seen: [...seen, ...after.seen],
      }
    },
  },
  {
    name: 'sign-header',
    modes,
    weight: 1,
    async attack(fixture, random) {
      const target = `${fixture.store?.endpoint ?? ''}/${fixture.own.location.slice('s3://'.length)}/data/kept`
      const { location } = random.pick(fixture.canaries.filter(({ kind }) => kind !== 'disk'))
      const [name, value] = random.pick<HeaderPair>([
        ['x-amz-copy-source', location.slice('s3:/'.length)],
        ['X-Amz-Copy-Source', `/${fixture.own.location.slice('s3://'.length)}/data/kept`],
        ['x-amz-rename-source', location.slice('s3:/'.length)],
        ['x-amz-acl', 'public-read'],
        ['x-amz-grant-full-control', 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'],
        ['x-amz-website-redirect-location', '/x'],
        ['x-amz-tagging', 'a=b'],
        ['x-amz-storage-class', 'GLACIER'],
        ['x-amz-object-lock-legal-hold', 'ON'],
        ['x-amz-meta-minio-snowball-prefix', 'n/t2'],
        ['x-minio-force-delete', 'true'],
        [
          `x-amz-${random.pick(['a', 'write-offset-bytes', 'request-payer', 'mfa', 'object-ownership'])}`,
          'x',
        ],
      ])
      const method = random.pick(['PUT', 'GET', 'DELETE'])
      const request = { method, uri: target, headers: { [name]: [value] } }
      const { signed, seen } = await signAndSend(fixture, toPath(fixture), request)
      return {
        what: `${method} with the header ${name}`,
        seen,
        escape: signed ? `a request with the header ${name} was signed` : undefined,
      }
    },
  },
  {
    name: 'sign-read-only',
    modes,
    weight: 1,
    async attack(fixture, random) {
      const target = `${fixture.store?.endpoint ?? ''}/${fixture.own.location.slice('s3://'.length)}/data/kept`
      const method = random.pick(['PUT', 'DELETE', 'POST', 'put', 'delete'])
      const reader = { ...fixture, as: { ...fixture.as, mallory: fixture.as.reader } }
      const { signed, seen } = await signAndSend(
        reader,
        toPath(fixture),
        { method, uri: `${target}${method === 'POST' ? '?uploads' : ''}` },
        '',
      )
      return {
        what: `${method} by a caller that may only read${signed ? ', signed' : ''}`,
        seen,
        mustFail: true,
      }
    },
  },
  {
    name: 'sign-legitimate',
    modes,
    weight: 1,
    legitimate: true,
    async attack(fixture, random) {
      const uri = `${fixture.store?.endpoint ?? ''}/${fixture.own.location.slice('s3://'.length)}/data/${random.pick(['kept', 'b', 'c%20d'])}`
      const put = await signAndSend(fixture, toPath(fixture), { method: 'PUT', uri }, 'mine')
      const got = await signAndSend(fixture, toPath(fixture), { method: 'GET', uri })
      return { what: `PUT and GET of ${uri}`, seen: [...put.seen, ...got.seen] }
    },
  },
]
