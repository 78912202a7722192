import { type HeaderPair, type S3Keys, type Scope, sha256, signInHeader } from '../../refresh/s3-signature.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import type { AttackClass, Evidence } from '../attack.ts'
import type { Lake } from '../lake.ts'
import type { Random } from '../random.ts'
import { seenOfStore } from './gateway-paths.ts'

const modes = ['gateway'] as const

interface Captured {
  readonly method: string
  readonly target: string
  readonly headers: readonly HeaderPair[]
  readonly body: string
}

interface Making {
  readonly keys?: Partial<S3Keys>
  readonly scope?: Partial<Scope>
  readonly headers?: readonly HeaderPair[]
}

/** A request of Ada's as somebody on the way would see it: right in itself, and for a place of hers. */
function captured(lake: Lake, random: Random, { keys: other, scope, headers = [] }: Making = {}): Captured {
  const own = adaKeys(lake)
  const keys = { ...own, ...other }
  const method = random.pick(['GET', 'PUT', 'DELETE'] as const)
  const target = `/${lake.victim.location.slice('s3://'.length)}/data/${method === 'GET' ? lake.marks.name : 'decoy'}`
  const body = method === 'PUT' ? 'by ada' : ''
  const given: HeaderPair[] = [
    ['host', new URL(own.endpoint).host],
    ['content-length', String(body.length)],
    ...headers,
  ]
  const draft = { method, target, headers: given, payloadHash: sha256(body) }
  return {
    method,
    target,
    body,
    headers: signInHeader(draft, keys, { region: own.region, ...scope }).headers,
  }
}

export function adaKeys(lake: Lake): NonNullable<Lake['keys']>['ada'] {
  if (lake.keys === undefined) throw new Error('there are no keys')
  return lake.keys.ada
}

function withHeader(
  headers: readonly HeaderPair[],
  name: string,
  change: (value: string) => string | undefined,
): HeaderPair[] {
  return headers.flatMap(([key, value]): HeaderPair[] => {
    if (key !== name) return [[key, value]]
    const changed = change(value)
    return changed === undefined ? [] : [[key, changed]]
  })
}

const hour = 3_600_000

/** Each changes a request of Ada's so that it must not be taken for hers any more. */
const tamperings: readonly {
  readonly about: string
  make(lake: Lake, random: Random): Captured
}[] = [
  {
    about: 'an unsigned x-amz- header added',
    make(lake, random) {
      const request = captured(lake, random)
      const foreign = `/${lake.victim.location.slice('s3://'.length)}/data/${lake.marks.name}`
      const added = random.pick<HeaderPair>([
        ['x-amz-copy-source', foreign],
        ['x-amz-acl', 'public-read'],
        ['x-amz-meta-a', 'b'],
        ['x-amz-website-redirect-location', '/x'],
        ['x-amz-storage-class', 'STANDARD'],
        ['x-amz-checksum-mode', 'ENABLED'],
      ])
      return { ...request, headers: [...request.headers, added] }
    },
  },
  {
    about: 'a signed header changed',
    make(lake, random) {
      const request = captured(lake, random, { headers: [['x-amz-meta-a', 'b']] })
      const [name, value] = random.pick([
        ['x-amz-meta-a', 'c'],
        ['host', 'localhost:1'],
        ['x-amz-date', '20200101T000000Z'],
        ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
        ['x-amz-content-sha256', sha256('another')],
      ] as const)
      return { ...request, headers: withHeader(request.headers, name, () => value) }
    },
  },
  {
    about: 'a signed header taken out',
    make(lake, random) {
      const request = captured(lake, random, { headers: [['x-amz-meta-a', 'b']] })
      const name = random.pick(['x-amz-meta-a', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'])
      return { ...request, headers: withHeader(request.headers, name, () => undefined) }
    },
  },
  {
    about: 'a name taken out of SignedHeaders',
    make(lake, random) {
      const request = captured(lake, random, { headers: [['x-amz-meta-a', 'b']] })
      const name = random.pick([
        'x-amz-meta-a;',
        'host;',
        'x-amz-date;',
        ';x-amz-security-token',
        'x-amz-content-sha256;',
      ])
      return {
        ...request,
        headers: withHeader(request.headers, 'authorization', (value) => value.replace(name, '')),
      }
    },
  },
  {
    about: 'another method',
    make(lake, random) {
      const request = captured(lake, random)
      const others = ['GET', 'PUT', 'DELETE', 'POST', 'HEAD'].filter((method) => method !== request.method)
      return { ...request, method: random.pick(others) }
    },
  },
  {
    about: 'another path',
    make(lake, random) {
      const request = captured(lake, random)
      const target = random.pick([
        `${request.target}x`,
        request.target.replace('/data/', '/data//'),
        request.target.replace('/data/', '/data/./'),
        request.target.replace('/data/', '/data/../data/'),
        request.target.replace('/data/', '%2Fdata/'),
        request.target.replace(/[^/]*$/, lake.marks.name).replace('/data/', '/'),
        `/${lake.bucket}?list-type=2&prefix=n/t2/`,
        `${request.target}?acl`,
        `${request.target}?x=1`,
        `${request.target}?versionId=null`,
      ])
      return { ...request, target }
    },
  },
  {
    about: 'another body',
    make(lake, random) {
      let request = captured(lake, random)
      while (request.method !== 'PUT') request = captured(lake, random)
      return { ...request, body: 'by mal' }
    },
  },
  {
    about: 'a scope that is not this service, region or day',
    make(lake, random) {
      const day = new Date(Date.now() + random.pick([-2, -1, 1, 2]) * 24 * hour)
        .toISOString()
        .slice(0, 10)
        .replaceAll('-', '')
      const scope = random.pick<Partial<Scope>>([
        { service: 'sts' },
        { service: 's3express' },
        { service: 'execute-api' },
        { service: '' },
        { day },
        ...(lake.mode === 'gateway' ? [{ region: 'eu-south-9' }, { region: '' }, { region: '*' }] : []),
      ])
      try {
        return captured(lake, random, { scope })
      } catch {
        return captured(lake, random, { scope: { day: '20200101' } })
      }
    },
  },
  {
    about: 'a clock that is wrong',
    make: (lake, random) =>
      captured(lake, random, {
        scope: {
          at: new Date(Date.now() + random.pick([-1, 1]) * (hour / 4 + 30_000 + random.int(48 * hour))),
        },
      }),
  },
  {
    about: 'a signature of no meaning',
    make(lake, random) {
      const request = captured(lake, random)
      const change = (value: string): string => {
        const at = value.length - 1 - random.int(64)
        const digit = value[at] === '0' ? '1' : '0'
        return random.pick([
          value.slice(0, at) + digit + value.slice(at + 1),
          value.replace(/Signature=.*/, 'Signature='),
          value.replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`),
          value.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
          value.replace('AWS4-HMAC-SHA256', 'AWS'),
          value.replace('aws4_request', 'aws4'),
          value.replace(/Signature=(.*)/, (_, hex: string) => `Signature=${hex.slice(0, -1)}`),
          `${value}, Signature=${'0'.repeat(64)}`,
          value.replace('Credential=', 'Credential=x/'),
        ])
      }
      return { ...request, headers: withHeader(request.headers, 'authorization', change) }
    },
  },
  {
    about: 'keys that do not belong together',
    make(lake, random) {
      const ada = adaKeys(lake)
      const mallory = lake.keys?.mallory ?? ada
      const keys = random.pick<Partial<S3Keys>>([
        { ...mallory, accessKeyId: ada.accessKeyId },
        { ...mallory, ...tokenOf(ada) },
        { ...mallory, accessKeyId: ada.accessKeyId, ...tokenOf(ada) },
        { ...mallory, secretAccessKey: '' },
        { ...tokenOf(ada), accessKeyId: ada.accessKeyId, secretAccessKey: mallory.secretAccessKey },
        { ...tokenOf(mallory), accessKeyId: ada.accessKeyId, secretAccessKey: ada.secretAccessKey },
        { ...tokenOf(mallory), accessKeyId: mallory.accessKeyId, secretAccessKey: ada.secretAccessKey },
        { ...tokenOf(ada), accessKeyId: mallory.accessKeyId, secretAccessKey: ada.secretAccessKey },
        { ...tokenOf(ada), accessKeyId: 'HGAAAAAAAAAAAAAAAAAA', secretAccessKey: ada.secretAccessKey },
        { ...tokenOf(ada), accessKeyId: ada.accessKeyId, secretAccessKey: ada.sessionToken ?? '' },
        { sessionToken: `${ada.sessionToken ?? ''}x` },
        { sessionToken: (ada.sessionToken ?? '').slice(0, -6) },
        { sessionToken: flipped(ada.sessionToken ?? '', random) },
      ])
      return captured(lake, random, { keys })
    },
  },
  {
    about: 'two tokens, or two dates, or two signatures',
    make(lake, random) {
      const request = captured(lake, random)
      const mallory = lake.keys?.mallory.sessionToken ?? ''
      const added = random.pick<HeaderPair>([
        ['x-amz-security-token', mallory],
        ['x-amz-date', '20200101T000000Z'],
        [
          'authorization',
          'AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
        ],
        ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
      ])
      const first = random.chance(0.5)
      return { ...request, headers: first ? [added, ...request.headers] : [...request.headers, added] }
    },
  },
  {
    about: 'nothing that signs',
    make(lake, random) {
      const request = captured(lake, random)
      return { ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }
    },
  },
]

function tokenOf({ sessionToken }: S3Keys): Pick<S3Keys, 'sessionToken'> {
  return sessionToken === undefined ? {} : { sessionToken }
}

/** A token with one of its sealed bits changed: not one of those that base64 leaves unused. */
function flipped(token: string, random: Random): string {
  const at = Math.floor(token.length / 4) + random.int(Math.floor(token.length / 2))
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

export const signatures: readonly AttackClass[] = [
  {
    name: 'sigv4-header',
    modes,
    weight: 5,
    async attack(lake, random): Promise<Evidence> {
      const { about, make } = random.pick(tamperings)
      const { method, target, headers, body } = make(lake, random)
      const endpoint = adaKeys(lake).endpoint
      const answer = await sendRaw(endpoint, method, target, headers, body)
      return {
        what: `${method} ${target.replaceAll(lake.marks.name, '<canary>')} with ${about}`,
        seen: [seenOfStore(answer)],
        mustFail: true,
      }
    },
  },
  {
    name: 'session-expired',
    modes: ['gateway'],
    unavailable: ({ brief }) =>
      brief === undefined || Date.now() < brief.keysEndAt ? 'no session has ended yet' : undefined,
    async attack(lake, random) {
      const { brief } = lake
      if (brief === undefined) throw new Error('unavailable')
      const { keys, target } = brief
      const headers: HeaderPair[] = [['host', new URL(keys.endpoint).host]]
      const at = new Date(random.chance(0.5) ? Date.now() : brief.keysEndAt - 2_000)
      const signed = signInHeader({ method: 'GET', target, headers }, keys, { region: keys.region, at })
      const answer = await sendRaw(keys.endpoint, 'GET', target, signed.headers)
      return { what: 'keys whose time is over', seen: [seenOfStore(answer)], mustFail: true }
    },
  },
]
