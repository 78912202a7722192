import { createHmac, randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { encodePart, decodeHeader, computeSignature, signJwt, unsigned } from '../../lib/jwt.ts'
import type { Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { everySlot, showed } from '../slots.ts'
import { victimClaims } from '../victim-claims.ts'

const types = ['at+jwt', 'application/at+jwt', 'JWT', 'jwt', 'AT+JWT', undefined, 'dpop+jwt', 'id_token']

const signedByNobody: Suite = {
  name: 'alg-none',
  about: 'tokens without a signature',
  attack(fixture, random) {
    const alg = random.pick([
      'none',
      'None',
      'NONE',
      'nOnE',
      'none ',
      '',
      null,
      undefined,
      0,
      ['none'],
      'NULL',
      'null',
    ])
    const { kid } = decodeHeader(fixture.tokens.alice)
    const header = { alg, typ: random.pick(types), ...(random.chance(0.5) ? { kid } : {}) }
    const end = random.pick([
      '',
      'AA',
      computeSignature(fixture.attackerKey, 'x'),
      fixture.tokens.bob.split('.')[2] ?? '',
    ])
    const made = `${unsigned(header, victimClaims(fixture, random))}.${end}`
    const cut = random.chance(0.1) ? made.slice(0, made.lastIndexOf('.')) : made
    return showed(fixture, random, everySlot, { what: `alg ${String(alg)}`, token: cut })
  },
}

const confused: Suite = {
  name: 'alg-confusion',
  about: 'the public key as the secret of an HMAC, and algorithms that do not match the key',
  attack(fixture, random) {
    const { key, jwk } = fixture.serverKey
    const pem = key.export({ format: 'pem', type: 'spki' }).toString()
    const der = key.export({ format: 'der', type: 'spki' })
    const text = JSON.stringify(jwk)
    const part = (name: string): Buffer => Buffer.from(String(jwk[name]), 'base64url')
    const point = Buffer.concat([part('x'), part('y')])
    const own = JSON.stringify(fixture.clients.trino.key.jwk)
    const registered = fixture.clients.trino.key.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const secrets = [pem, pem.trim(), `${pem}\n`, der, der.toString('base64'), text, own, registered, point]
    const secret = random.pick([...secrets, part('x'), String(jwk['x']), String(jwk['kid']), '', '\0'])
    const [alg, digest] = random.pick([
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
      ['hs256', 'sha256'],
      ['ES256', 'sha256'],
      ['RS256', 'sha256'],
    ] as const)
    const kid = random.pick([jwk['kid'], fixture.clients.trino.key.kid, undefined])
    const signed = unsigned({ alg, typ: random.pick(types), kid }, victimClaims(fixture, random))
    const signature = createHmac(digest, secret).update(signed).digest('base64url')
    return showed(fixture, random, everySlot, {
      what: `${alg} signature with the server’s public key as the HMAC secret`,
      token: `${signed}.${signature}`,
    })
  },
}

/** Returns JWT header parameters that make a naive verifier use the attacker's key: the key itself, or its URL. */
function pointer(fixture: Fixture, random: Random): Record<string, unknown> {
  const { attackerKey, trap, serverKey } = fixture
  const url = `${trap.origin}/attacker/${randomUUID()}`
  const kid = serverKey.jwk['kid']
  const x5c = [attackerKey.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')]
  return random.pick([
    { jku: url },
    { jku: url, kid },
    { jku: `${fixture.uri}@${new URL(url).host}/attacker` },
    { jku: `${fixture.uri}/../redirect?to=${url}` },
    { x5u: url },
    { x5u: url, kid },
    { jwk: attackerKey.jwk },
    { jwk: attackerKey.jwk, kid },
    { jwk: { ...attackerKey.jwk, kid }, kid },
    { x5c },
    { x5c, x5t: 'AAAA', kid },
    { kid: url },
    { kid: '../../../../dev/null' },
    { kid: 'file:///dev/null' },
    { kid: "x' OR '1'='1" },
    { kid: "x'; select pg_sleep(3); --" },
    { kid: '${jndi:ldap://127.0.0.1:9/a}' },
    { kid: '__proto__' },
    { kid: 'constructor' },
    { kid: [kid] },
    { kid: { kid } },
    { kid: `${String(kid)}\0` },
    { kid: 'k'.repeat(3_000) },
    { kid, crit: ['exp'] },
    { kid, crit: ['b64'], b64: false },
    { kid, iss: trap.origin },
    { kid: attackerKey.kid },
    { kid: fixture.clients.trino.key.kid },
  ])
}

const injected: Suite = {
  name: 'key-injection',
  about: 'headers kid, jku, jwk, x5u and x5c of the attacker; the server must not fetch their URLs',
  weight: 2,
  attack(fixture, random) {
    fixture.trap.serve({ keys: [fixture.attackerKey.jwk] })
    const header = { kid: undefined, typ: random.pick(types), ...pointer(fixture, random) }
    const token = signJwt(fixture.attackerKey, victimClaims(fixture, random), header)
    const what = `header ${JSON.stringify({ ...header, jwk: undefined, x5c: undefined }).slice(0, 120)}`
    return showed(fixture, random, everySlot, { what, token })
  },
}

const changed: Suite = {
  name: 'changed',
  about: 'valid tokens in which one bit, one claim or one part was replaced',
  weight: 3,
  attack(fixture, random) {
    const { tokens } = fixture
    const good = random.pick(Object.values(tokens))
    const other = random.pick(Object.values(tokens).filter((token) => token !== good))
    const [header = '', claims = '', signature = ''] = good.split('.')
    const kind = random.int(7)
    const token = ((): string => {
      switch (kind) {
        case 0:
          return [flipped(header, random), claims, signature].join('.')
        case 1:
          return [header, flipped(claims, random), signature].join('.')
        case 2:
          return [header, claims, flipped(signature, random)].join('.')
        case 3:
          return [header, claims, other.split('.')[2]].join('.')
        case 4:
          return [header, encodePart(victimClaims(fixture, random)), signature].join('.')
        case 5:
          return good.slice(0, -(1 + random.int(good.length - 1)))
        default:
          return [header, widened(good, random), signature].join('.')
      }
    })()
    return showed(fixture, random, everySlot, { what: `change ${kind} of a good token`, token })
  },
}

/** Flips one bit of the decoded bytes of a base64url text, because a changed character can decode to the same bytes. */
function flipped(part: string, random: Random): string {
  const bytes = Buffer.from(part, 'base64url')
  const at = random.int(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8))
  return bytes.toString('base64url')
}

/** Returns the claims of a token with more rights: without the engine, with a later expiry, or of another principal. */
function widened(token: string, random: Random): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
  const more = random.pick([
    { act: undefined, more: 1 },
    { exp: 9_999_999_999 },
    { session_end: 9_999_999_999 },
    { scope: 'catalog admin' },
    { principal_id: randomUUID() },
    { sub: 'somebody-else' },
    { act: { sub: 'admin', principal_id: randomUUID() } },
    { obtained: 'bootstrap' },
  ])
  return encodePart({ ...claims, ...more })
}

export const forged: readonly Suite[] = [signedByNobody, confused, injected, changed]
