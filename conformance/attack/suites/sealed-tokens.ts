import { createCipheriv, randomBytes } from 'node:crypto'
import { type Response, tablePath } from '../../refresh/catalog-client.ts'
import type { AttackSuite, Evidence } from '../attack.ts'
import { prefixesIn, toSeen } from '../catalog-seen.ts'
import type { Held, Fixture, Who } from '../fixture.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts'] as const

/** Sends a storage refresh token to the credentials endpoint of a table. */
export function refresh(
  fixture: Fixture,
  who: Who,
  name: string,
  token: string,
  more = '',
): Promise<Response> {
  const catalog = fixture.as[who]
  const path = tablePath(catalog, fixture.namespace, name)
  return catalog.send('GET', `${path}/credentials?storageRefreshToken=${encodeURIComponent(token)}${more}`)
}

/**
 * Sends a changed storage refresh token as Mallory for a table. For a table of Mallory, the server may return only the
 * credential that she already had. For a table of Ada, it must return none.
 */
async function tried(fixture: Fixture, random: Random, about: string, token: string): Promise<Evidence> {
  const mine = random.pick(fixture.tokens.mallory)
  const theirs = random.pick(fixture.tokens.ada)
  const at: Held = random.chance(0.5) ? mine : theirs
  const response = await refresh(fixture, 'mallory', at.name, token)
  const prefixes = prefixesIn(response)
  const wrong = at === theirs ? prefixes.length > 0 : prefixes.some((prefix) => prefix !== mine.prefix)
  return {
    what: `${about}, at ${at === mine ? 'her own' : 'a foreign'} table`,
    seen: [toSeen(response)],
    escape: wrong ? `a credential for ${prefixes.join(', ')} was issued` : undefined,
  }
}

function anyToken({ tokens }: Fixture, random: Random): string {
  return random.pick([...tokens.mallory, ...tokens.ada, ...tokens.ada]).token
}

const toBytes = (part: string): Buffer => Buffer.from(part, 'base64url')

export const sealedTokens: readonly AttackSuite[] = [
  {
    name: 'sealed-token-forged',
    modes,
    async attack(fixture, random) {
      const [head = ''] = anyToken(fixture, random).split('.')
      const honest = toBytes(head).toString()
      const kid = /"kid":"([^"]*)"/.exec(honest)?.[1] ?? 'k'
      const header = random.pick([
        honest,
        `{"alg":"none","kid":"${kid}"}`,
        `{"alg":"none","enc":"none","kid":"${kid}"}`,
        `{"alg":"dir","enc":"A128GCM","kid":"${kid}"}`,
        `{"alg":"dir","enc":"A256GCM","zip":"DEF","kid":"${kid}"}`,
        `{"alg":"A256KW","enc":"A256GCM","kid":"${kid}"}`,
        `{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":100000000,"p2s":"AAAA","kid":"${kid}"}`,
        `{"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},"kid":"${kid}"}`,
        `{"alg":"dir","enc":"A256GCM","crit":["exp"],"kid":"${kid}"}`,
        `{"alg":"dir","enc":"A256GCM","kid":"../../${kid}"}`,
        `{"alg":"dir","enc":"A256GCM","kid":"__proto__"}`,
        `{"alg":"dir","enc":"A256GCM","kid":"${kid}","jwk":{"kty":"oct","k":"AAAA"}}`,
        `{"alg":"dir","enc":"A256GCM"}`,
        '[]',
        'null',
        '',
      ])
      const key = random.pick([randomBytes(32), Buffer.alloc(32), Buffer.alloc(32, 1)])
      return tried(
        fixture,
        random,
        `forged with the header ${header}`,
        sealed(header, key, claimsFor(fixture, random)),
      )
    },
  },
  {
    name: 'sealed-token-truncated',
    modes,
    attack(fixture, random) {
      const token = anyToken(fixture, random)
      const at = random.int(token.length)
      const length = 1 + random.int(40)
      const cut = random.pick([
        token.slice(0, at),
        token.slice(at + 1),
        token.slice(0, at) + token.slice(at + length),
        token.split('.').slice(0, 4).join('.'),
        `${token.split('.').slice(0, 4).join('.')}.`,
        withPart(token, 4, (tag) => tag.slice(0, 1 + random.int(20))),
        withPart(token, 2, () => ''),
      ])
      return tried(fixture, random, `cut at ${at}`, cut === token ? '' : cut)
    },
  },
  {
    name: 'sealed-token-bit-flipped',
    modes,
    weight: 2,
    attack(fixture, random) {
      const token = anyToken(fixture, random)
      const part = random.pick([0, 2, 3, 3, 3, 4])
      const changed = withPart(token, part, (text) => {
        const bytes = toBytes(text)
        const bit = random.int(bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return bytes.toString('base64url')
      })
      return tried(fixture, random, `a bit changed in part ${part}`, changed)
    },
  },
  {
    name: 'sealed-token-swapped',
    modes,
    attack(fixture, random) {
      const parts = [random.pick(fixture.tokens.mallory), random.pick(fixture.tokens.ada)].map(({ token }) =>
        token.split('.'),
      )
      const from = Array.from({ length: 5 }, () => random.int(2))
      if (new Set(from.filter((_, i) => i > 1)).size === 1) from[3] = 1 - (from[3] ?? 0)
      const mixed = from.map((which, i) => parts[which]?.[i] ?? '').join('.')
      return tried(fixture, random, `parts of two tokens: ${from.join('')}`, mixed)
    },
  },
  {
    name: 'sealed-token-expired',
    modes,
    unavailable: ({ brief }) => (brief === undefined ? 'no token expires soon' : undefined),
    waits: ({ brief }) => (Date.now() < (brief?.tokensEndAt ?? 0) ? 'no token has expired yet' : undefined),
    async attack(fixture, random) {
      const { brief } = fixture
      if (brief === undefined) throw new Error('unavailable')
      const held = random.pick(brief.tokens)
      const path = tablePath(brief.catalog, fixture.namespace, held.name)
      const spelling = random.pick([held.token, `${held.token}=`, ` ${held.token}`, `${held.token}\n`])
      const query = `storageRefreshToken=${encodeURIComponent(spelling)}`
      const response = await brief.catalog.send('GET', `${path}/credentials?${query}`)
      return { what: 'an expired token, by its owner', seen: [toSeen(response)], mustFail: true }
    },
  },
]

function withPart(token: string, index: number, change: (part: string) => string): string {
  return token
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.')
}

/** Returns claims that a storage refresh token of Ada might contain, as an attacker could guess them. */
function claimsFor({ victim, bucket, namespace }: Fixture, random: Random): string {
  const now = Date.now() / 1000
  return JSON.stringify({
    v: 1,
    aud: 'storage-refresh',
    iss: random.pick(['http://127.0.0.1', 'headgate']),
    iat: now,
    exp: now + 3600,
    cap: now + 3600,
    sub: ['', 'headgate', random.pick(['ada', 'admin', 'mallory'])],
    act: null,
    rel: crypto.randomUUID(),
    st: random.chance(0.5),
    ns: namespace,
    tbl: victim.name,
    pre: `s3://${bucket}/`,
    acc: 'read-write',
    mode: 'gateway',
  })
}

/** Encrypts claims as a compact JWE with a key of the attacker. */
function sealed(header: string, key: Buffer, claims: string): string {
  const head = Buffer.from(header).toString('base64url')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(head))
  const text = Buffer.concat([cipher.update(claims), cipher.final()])
  return [
    head,
    '',
    iv.toString('base64url'),
    text.toString('base64url'),
    cipher.getAuthTag().toString('base64url'),
  ].join('.')
}
