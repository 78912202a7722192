import { createCipheriv, randomBytes } from 'node:crypto'
import { type Answer, tablePath } from '../../refresh/catalog-client.ts'
import type { AttackClass, Evidence } from '../attack.ts'
import { prefixesIn, seenOf } from '../catalog-seen.ts'
import type { Held, Lake, Who } from '../lake.ts'
import type { Random } from '../random.ts'

const modes = ['gateway', 'sts'] as const

/** Asks for the credential that a token stands for. */
export function redeem(lake: Lake, who: Who, name: string, token: string, more = ''): Promise<Answer> {
  const catalog = lake.as[who]
  const path = tablePath(catalog, lake.namespace, name)
  return catalog.send('GET', `${path}/credentials?storageRefreshToken=${encodeURIComponent(token)}${more}`)
}

/**
 * A token was changed, and Mallory sends it. At a place of hers, a credential may come of it only when it is the one that
 * she had; at a place of Ada's none may come at all.
 */
async function tried(lake: Lake, random: Random, about: string, token: string): Promise<Evidence> {
  const mine = random.pick(lake.tokens.mallory)
  const theirs = random.pick(lake.tokens.ada)
  const at: Held = random.chance(0.5) ? mine : theirs
  const answer = await redeem(lake, 'mallory', at.name, token)
  const given = prefixesIn(answer)
  const wrong = at === theirs ? given.length > 0 : given.some((prefix) => prefix !== mine.prefix)
  return {
    what: `${about}, at ${at === mine ? 'her own' : 'a foreign'} table`,
    seen: [seenOf(answer)],
    escape: wrong ? `a credential for ${given.join(', ')} was given` : undefined,
  }
}

function anyToken({ tokens }: Lake, random: Random): string {
  return random.pick([...tokens.mallory, ...tokens.ada, ...tokens.ada]).token
}

const bytesOf = (part: string): Buffer => Buffer.from(part, 'base64url')

export const capsules: readonly AttackClass[] = [
  {
    name: 'capsule-forged',
    modes,
    async attack(lake, random) {
      const [head = ''] = anyToken(lake, random).split('.')
      const honest = bytesOf(head).toString()
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
        lake,
        random,
        `forged with the header ${header}`,
        sealed(header, key, claimsFor(lake, random)),
      )
    },
  },
  {
    name: 'capsule-truncated',
    modes,
    attack(lake, random) {
      const token = anyToken(lake, random)
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
      return tried(lake, random, `cut at ${at}`, cut === token ? '' : cut)
    },
  },
  {
    name: 'capsule-bit-flipped',
    modes,
    weight: 2,
    attack(lake, random) {
      const token = anyToken(lake, random)
      const part = random.pick([0, 2, 3, 3, 3, 4])
      const changed = withPart(token, part, (text) => {
        const bytes = bytesOf(text)
        const bit = random.int(bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return bytes.toString('base64url')
      })
      return tried(lake, random, `a bit changed in part ${part}`, changed)
    },
  },
  {
    name: 'capsule-swapped',
    modes,
    attack(lake, random) {
      const parts = [random.pick(lake.tokens.mallory), random.pick(lake.tokens.ada)].map(({ token }) =>
        token.split('.'),
      )
      const from = Array.from({ length: 5 }, () => random.int(2))
      if (new Set(from.filter((_, i) => i > 1)).size === 1) from[3] = 1 - (from[3] ?? 0)
      const mixed = from.map((which, i) => parts[which]?.[i] ?? '').join('.')
      return tried(lake, random, `parts of two tokens: ${from.join('')}`, mixed)
    },
  },
  {
    name: 'capsule-expired',
    modes,
    unavailable: ({ brief }) =>
      brief === undefined || Date.now() < brief.tokensEndAt ? 'no token has expired yet' : undefined,
    async attack(lake, random) {
      const { brief } = lake
      if (brief === undefined) throw new Error('unavailable')
      const held = random.pick(brief.tokens)
      const path = tablePath(brief.catalog, lake.namespace, held.name)
      const spelling = random.pick([held.token, `${held.token}=`, ` ${held.token}`, `${held.token}\n`])
      const query = `storageRefreshToken=${encodeURIComponent(spelling)}`
      const answer = await brief.catalog.send('GET', `${path}/credentials?${query}`)
      return { what: 'an expired token, by its owner', seen: [seenOf(answer)], mustFail: true }
    },
  },
]

function withPart(token: string, index: number, change: (part: string) => string): string {
  return token
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.')
}

/** What a token of Ada's might hold, as far as an attacker can guess. */
function claimsFor({ victim, bucket, namespace }: Lake, random: Random): string {
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

/** A JWE in compact form, encrypted with a key of the attacker's own. */
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
