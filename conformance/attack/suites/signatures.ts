import { type HeaderPair, type S3Keys, type Scope, sha256, signInHeader } from '../../refresh/s3-signature.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import type { AttackSuite, Evidence } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
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

/** Builds a valid signed request of Ada for one of her tables, which an attacker in the network could observe. */
function captured(
  fixture: Fixture,
  random: Random,
  { keys: other, scope, headers = [] }: Making = {},
): Captured {
  const own = adaKeys(fixture)
  const keys = { ...own, ...other }
  const method = random.pick(['GET', 'PUT', 'DELETE'] as const)
  const target = `/${fixture.victim.location.slice('s3://'.length)}/data/${method === 'GET' ? fixture.marks.name : 'decoy'}`
  const body = method === 'PUT' ? 'by ada' : ''
  const requestHeaders: HeaderPair[] = [
    ['host', new URL(own.endpoint).host],
    ['content-length', String(body.length)],
    ...headers,
  ]
  const draft = { method, target, headers: requestHeaders, payloadHash: sha256(body) }
  return {
    method,
    target,
    body,
    headers: signInHeader(draft, keys, { region: own.region, ...scope }).headers,
  }
}

export function adaKeys(fixture: Fixture): NonNullable<Fixture['keys']>['ada'] {
  if (fixture.keys === undefined) throw new Error('the server issued no storage keys')
  return fixture.keys.ada
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

/** Changes of a signed request of Ada. The server must refuse the changed request. */
const tamperings: readonly {
  readonly about: string
  make(fixture: Fixture, random: Random): Captured
}[] = [
  {
    about: 'an unsigned x-amz- header added',
    make(fixture, random) {
      const request = captured(fixture, random)
      const foreign = `/${fixture.victim.location.slice('s3://'.length)}/data/${fixture.marks.name}`
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
    make(fixture, random) {
      const request = captured(fixture, random, { headers: [['x-amz-meta-a', 'b']] })
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
    about: 'a signed header removed',
    make(fixture, random) {
      const request = captured(fixture, random, { headers: [['x-amz-meta-a', 'b']] })
      const name = random.pick(['x-amz-meta-a', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'])
      return { ...request, headers: withHeader(request.headers, name, () => undefined) }
    },
  },
  {
    about: 'a name removed from SignedHeaders',
    make(fixture, random) {
      const request = captured(fixture, random, { headers: [['x-amz-meta-a', 'b']] })
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
    make(fixture, random) {
      const request = captured(fixture, random)
      const others = ['GET', 'PUT', 'DELETE', 'POST', 'HEAD'].filter((method) => method !== request.method)
      return { ...request, method: random.pick(others) }
    },
  },
  {
    about: 'another path',
    make(fixture, random) {
      const request = captured(fixture, random)
      const target = random.pick([
        `${request.target}x`,
        request.target.replace('/data/', '/data//'),
        request.target.replace('/data/', '/data/./'),
        request.target.replace('/data/', '/data/../data/'),
        request.target.replace('/data/', '%2Fdata/'),
        request.target.replace(/[^/]*$/, fixture.marks.name).replace('/data/', '/'),
        `/${fixture.bucket}?list-type=2&prefix=n/t2/`,
        `${request.target}?acl`,
        `${request.target}?x=1`,
        `${request.target}?versionId=null`,
      ])
      return { ...request, target }
    },
  },
  {
    about: 'another body',
    make(fixture, random) {
      let request = captured(fixture, random)
      while (request.method !== 'PUT') request = captured(fixture, random)
      return { ...request, body: 'by mal' }
    },
  },
  {
    about: 'a credential scope with another service, region or day',
    make(fixture, random) {
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
        ...(fixture.mode === 'gateway' ? [{ region: 'eu-south-9' }, { region: '' }, { region: '*' }] : []),
      ])
      try {
        return captured(fixture, random, { scope })
      } catch {
        return captured(fixture, random, { scope: { day: '20200101' } })
      }
    },
  },
  {
    about: 'a time outside the allowed clock difference',
    make: (fixture, random) =>
      captured(fixture, random, {
        scope: {
          at: new Date(Date.now() + random.pick([-1, 1]) * (hour / 4 + 30_000 + random.int(48 * hour))),
        },
      }),
  },
  {
    about: 'a signature that is not hexadecimal',
    make(fixture, random) {
      const request = captured(fixture, random)
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
    about: 'an access key id and a secret key of different credentials',
    make(fixture, random) {
      const ada = adaKeys(fixture)
      const mallory = fixture.keys?.mallory ?? ada
      const keys = random.pick<Partial<S3Keys>>([
        { ...mallory, accessKeyId: ada.accessKeyId },
        { ...mallory, ...sessionTokenOnly(ada) },
        { ...mallory, accessKeyId: ada.accessKeyId, ...sessionTokenOnly(ada) },
        { ...mallory, secretAccessKey: '' },
        { ...sessionTokenOnly(ada), accessKeyId: ada.accessKeyId, secretAccessKey: mallory.secretAccessKey },
        { ...sessionTokenOnly(mallory), accessKeyId: ada.accessKeyId, secretAccessKey: ada.secretAccessKey },
        {
          ...sessionTokenOnly(mallory),
          accessKeyId: mallory.accessKeyId,
          secretAccessKey: ada.secretAccessKey,
        },
        { ...sessionTokenOnly(ada), accessKeyId: mallory.accessKeyId, secretAccessKey: ada.secretAccessKey },
        {
          ...sessionTokenOnly(ada),
          accessKeyId: 'HGAAAAAAAAAAAAAAAAAA',
          secretAccessKey: ada.secretAccessKey,
        },
        { ...sessionTokenOnly(ada), accessKeyId: ada.accessKeyId, secretAccessKey: ada.sessionToken ?? '' },
        { sessionToken: `${ada.sessionToken ?? ''}x` },
        { sessionToken: (ada.sessionToken ?? '').slice(0, -6) },
        { sessionToken: flipped(ada.sessionToken ?? '', random) },
      ])
      return captured(fixture, random, { keys })
    },
  },
  {
    about: 'two tokens, or two dates, or two signatures',
    make(fixture, random) {
      const request = captured(fixture, random)
      const mallory = fixture.keys?.mallory.sessionToken ?? ''
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
    about: 'no signature',
    make(fixture, random) {
      const request = captured(fixture, random)
      return { ...request, headers: request.headers.filter(([name]) => name !== 'authorization') }
    },
  },
]

function sessionTokenOnly({ sessionToken }: S3Keys): Pick<S3Keys, 'sessionToken'> {
  return sessionToken === undefined ? {} : { sessionToken }
}

/**
 * Flips one bit of the encrypted bytes of a token. A changed bit of the base64 text could have no effect, because
 * decoders ignore the last bits.
 */
function flipped(token: string, random: Random): string {
  const at = Math.floor(token.length / 4) + random.int(Math.floor(token.length / 2))
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

export const signatures: readonly AttackSuite[] = [
  {
    name: 'sigv4-header',
    modes,
    weight: 5,
    async attack(fixture, random): Promise<Evidence> {
      const { about, make } = random.pick(tamperings)
      const { method, target, headers, body } = make(fixture, random)
      const endpoint = adaKeys(fixture).endpoint
      const response = await sendRaw(endpoint, method, target, headers, body)
      return {
        what: `${method} ${target.replaceAll(fixture.marks.name, '<canary>')} with ${about}`,
        seen: [seenOfStore(response)],
        mustFail: true,
      }
    },
  },
  {
    name: 'session-expired',
    modes: ['gateway'],
    unavailable: ({ brief }) => (brief === undefined ? 'no session ends soon' : undefined),
    waits: ({ brief }) => (Date.now() < (brief?.keysEndAt ?? 0) ? 'no session has ended yet' : undefined),
    async attack(fixture, random) {
      const { brief } = fixture
      if (brief === undefined) throw new Error('unavailable')
      const { keys, target } = brief
      const headers: HeaderPair[] = [['host', new URL(keys.endpoint).host]]
      const at = new Date(random.chance(0.5) ? Date.now() : brief.keysEndAt - 2_000)
      const signed = signInHeader({ method: 'GET', target, headers }, keys, { region: keys.region, at })
      const response = await sendRaw(keys.endpoint, 'GET', target, signed.headers)
      return { what: 'keys whose time is over', seen: [seenOfStore(response)], mustFail: true }
    },
  },
]
