import { randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { type Claims, inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { assertionType, grantTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Suite, Seen } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { showed, token } from '../slots.ts'

/** Signs a valid client assertion of the engine `trino`. Its subject is the engine itself or a user. */
export function assertion(fixture: Fixture, sub: string, more: Claims = {}, header: Claims = {}): string {
  const { key, name } = fixture.clients.trino
  const usual = { iss: name, aud: fixture.uri, iat: inSeconds(0), exp: inSeconds(120), jti: randomUUID() }
  return signJwt(key, { ...usual, sub, ...more }, header)
}

const otherKey = makeKey()
const otherRsa = makeKey('RS256')

const wrong: Suite = {
  name: 'assertion',
  about:
    'assertions signed by registered keys, for another audience, with a long lifetime, expired, or with additional claims',
  weight: 2,
  attack(fixture, random) {
    const { clients, uri } = fixture
    const slot = random.pick(['client', 'assertion'] as const)
    const sub = slot === 'client' ? clients.trino.name : clients.alice.name
    const [what, made] = random.pick<readonly [string, () => string]>([
      ['an aud that is another', () => assertion(fixture, sub, { aud: random.pick(otherAudiences(uri)) })],
      ['an end that has passed', () => assertion(fixture, sub, { exp: inSeconds(-30 - random.int(9_999)) })],
      ['too long a life', () => assertion(fixture, sub, { exp: inSeconds(400 + random.int(99_999)) })],
      [
        'a beginning in the future',
        () => assertion(fixture, sub, { nbf: inSeconds(30 + random.int(9_999)) }),
      ],
      ['made in the future', () => assertion(fixture, sub, { iat: inSeconds(90), exp: inSeconds(200) })],
      ['no iat', () => assertion(fixture, sub, { iat: undefined })],
      ['no exp', () => assertion(fixture, sub, { exp: undefined })],
      [
        'no jti',
        () => assertion(fixture, sub, { jti: random.pick([undefined, '', 1, null, 'j'.repeat(300)]) }),
      ],
      [
        'no sub',
        () => assertion(fixture, sub, { sub: random.pick([undefined, '', 1, null, [sub], { sub }]) }),
      ],
      [
        'another iss',
        () => assertion(fixture, sub, { iss: random.pick([clients.strict.name, 'admin', uri, undefined]) }),
      ],
      [
        'another client as sub',
        () => assertion(fixture, clients[slot === 'client' ? 'alice' : 'trino'].name),
      ],
      [
        'a user that no rule admits',
        () => assertion(fixture, random.pick([clients.mallory.name, 'nobody', 'admin'])),
      ],
      [
        'an act claim of the attacker',
        () => assertion(fixture, clients.alice.name, { act: random.pick(acts(fixture)) }),
      ],
      ['a header that names a key', () => assertion(fixture, sub, {}, random.pick(keyHeaders(fixture)))],
      ['a kid of another client', () => assertion(fixture, sub, {}, { kid: clients.strict.key.kid })],
      ['the key of another client', () => signedBy(fixture, clients.mallory.key, sub)],
      ['a key that is not registered', () => signedBy(fixture, random.pick([otherKey, otherRsa]), sub)],
      [
        'another type',
        () => assertion(fixture, sub, {}, { typ: random.pick(['at+jwt', 'dpop+jwt', 'id_token+jwt']) }),
      ],
    ])
    // An assertion belongs to one position of a request, so the case sends it only in this position.
    return showed(fixture, random, [slot], { what, token: made() })
  },
}

function otherAudiences(uri: string): readonly unknown[] {
  const more = [
    `${uri}/`,
    `${uri}/oauth/token`,
    uri.toUpperCase(),
    'https://other.example',
    '',
    null,
    undefined,
    [],
  ]
  return [...more, [uri, 'https://other.example'], [uri, uri], { aud: uri }, `${uri} `, [[uri]]]
}

function acts(fixture: Fixture): readonly unknown[] {
  return [
    { sub: 'admin' },
    { sub: fixture.clients.strict.name },
    {},
    'admin',
    [],
    null,
    { sub: fixture.clients.trino.name },
  ]
}

function keyHeaders({ trap, attackerKey }: Fixture): readonly Claims[] {
  return [
    { jku: `${trap.origin}/attacker` },
    { jwk: attackerKey.jwk },
    { x5u: `${trap.origin}/attacker` },
    { crit: ['x'], x: 1 },
  ]
}

function signedBy(fixture: Fixture, key: ReturnType<typeof makeKey>, sub: string): string {
  const { name } = fixture.clients.trino
  const claims = {
    iss: name,
    sub,
    aud: fixture.uri,
    iat: inSeconds(0),
    exp: inSeconds(120),
    jti: randomUUID(),
  }
  return signJwt(key, claims, { kid: fixture.clients.trino.key.kid })
}

const replayed: Suite = {
  name: 'replayed-jti',
  about:
    'an assertion that was used before: sent again, to the other path, as another token type, and many times at once',
  async attack(fixture, random): Promise<Evidence> {
    const asClient = random.chance(0.5)
    const { trino, alice } = fixture.clients
    const jti = randomUUID()
    const sub = asClient ? trino.name : alice.name
    const made = assertion(fixture, sub, { jti })
    const use = (text: string): Promise<Seen> => used(fixture, random, asClient, text)
    if (random.chance(0.3)) {
      const seen = await Promise.all(Array.from({ length: 2 + random.int(5) }, () => use(made)))
      const taken = seen.filter(({ status }) => status === 200).length
      const what = `one assertion sent ${seen.length} times at the same time, accepted ${taken} times`
      if (taken === 0) return { what, seen: [], broken: 'a good assertion was refused' }
      return { what, seen: seen.filter(({ status }) => status !== 200), escape: taken > 1 ? what : undefined }
    }
    const first = await use(made)
    if (first.status !== 200)
      return { what: 'replay', seen: [], broken: `a good assertion was refused: ${first.text}` }
    const again = random.chance(0.5)
      ? made
      : assertion(fixture, sub, { jti, query_id: 'q', exp: inSeconds(100) })
    const what = `a used assertion, or one with the same jti, is sent again as ${asClient ? 'client' : 'user'}`
    return { what, seen: [await use(again), await use(again)] }
  },
}

function used(fixture: Fixture, random: Random, asClient: boolean, text: string): Promise<Seen> {
  const at = { ...fixture, tokenUri: `${fixture.uri}${random.pick(['/oauth/token', '/v1/oauth/tokens'])}` }
  if (!asClient) return token(at, { grant_type: grantTypes.jwtBearer, assertion: text })
  const proof = { client_assertion: text, client_assertion_type: assertionType }
  return token(at, { grant_type: grantTypes.clientCredentials, ...proof })
}

export const assertions: readonly Suite[] = [wrong, replayed]
