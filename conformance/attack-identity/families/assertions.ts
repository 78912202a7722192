import { randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { type Claims, inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { assertionType, grantTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Family, Seen } from '../family.ts'
import type { Scene } from '../scene.ts'
import { showed, token } from '../slots.ts'

/** A true assertion of the engine `trino`: of itself as a client, or of a user. */
export function assertion(scene: Scene, sub: string, more: Claims = {}, header: Claims = {}): string {
  const { key, name } = scene.clients.trino
  const usual = { iss: name, aud: scene.uri, iat: inSeconds(0), exp: inSeconds(120), jti: randomUUID() }
  return signJwt(key, { ...usual, sub, ...more }, header)
}

const otherKey = makeKey()
const otherRsa = makeKey('RS256')

const wrong: Family = {
  name: 'assertion',
  about: 'assertions signed by registered keys that are for others, too long, too old, or say too much',
  weight: 2,
  attack(scene, random) {
    const { clients, uri } = scene
    const slot = random.pick(['client', 'assertion'] as const)
    const sub = slot === 'client' ? clients.trino.name : clients.alice.name
    const [what, made] = random.pick<readonly [string, () => string]>([
      ['an aud that is another', () => assertion(scene, sub, { aud: random.pick(otherAudiences(uri)) })],
      ['an end that has passed', () => assertion(scene, sub, { exp: inSeconds(-30 - random.int(9_999)) })],
      ['too long a life', () => assertion(scene, sub, { exp: inSeconds(400 + random.int(99_999)) })],
      ['a beginning in the future', () => assertion(scene, sub, { nbf: inSeconds(30 + random.int(9_999)) })],
      ['made in the future', () => assertion(scene, sub, { iat: inSeconds(90), exp: inSeconds(200) })],
      ['no iat', () => assertion(scene, sub, { iat: undefined })],
      ['no exp', () => assertion(scene, sub, { exp: undefined })],
      [
        'no jti',
        () => assertion(scene, sub, { jti: random.pick([undefined, '', 1, null, 'j'.repeat(300)]) }),
      ],
      ['no sub', () => assertion(scene, sub, { sub: random.pick([undefined, '', 1, null, [sub], { sub }]) })],
      [
        'another iss',
        () => assertion(scene, sub, { iss: random.pick([clients.strict.name, 'admin', uri, undefined]) }),
      ],
      ['another client as sub', () => assertion(scene, clients[slot === 'client' ? 'alice' : 'trino'].name)],
      [
        'a user that no rule admits',
        () => assertion(scene, random.pick([clients.mallory.name, 'nobody', 'admin'])),
      ],
      [
        'an act of its own making',
        () => assertion(scene, clients.alice.name, { act: random.pick(acts(scene)) }),
      ],
      ['a header that names a key', () => assertion(scene, sub, {}, random.pick(keyHeaders(scene)))],
      ['a kid of somebody else', () => assertion(scene, sub, {}, { kid: clients.strict.key.kid })],
      ['the key of another client', () => signedBy(scene, clients.mallory.key, sub)],
      ['a key that nobody registered', () => signedBy(scene, random.pick([otherKey, otherRsa]), sub)],
      [
        'another type',
        () => assertion(scene, sub, {}, { typ: random.pick(['at+jwt', 'dpop+jwt', 'id_token+jwt']) }),
      ],
    ])
    // One is good for its own client alone, and refused there for what it says besides.
    if (slot === 'client' && /user|act/.test(what))
      return showed(scene, random, ['client'], { what, token: made() })
    return showed(scene, random, [slot], { what, token: made() })
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

function acts(scene: Scene): readonly unknown[] {
  return [
    { sub: 'admin' },
    { sub: scene.clients.strict.name },
    {},
    'admin',
    [],
    null,
    { sub: scene.clients.trino.name },
  ]
}

function keyHeaders({ trap, attackerKey }: Scene): readonly Claims[] {
  return [
    { jku: `${trap.origin}/attacker` },
    { jwk: attackerKey.jwk },
    { x5u: `${trap.origin}/attacker` },
    { crit: ['x'], x: 1 },
  ]
}

function signedBy(scene: Scene, key: ReturnType<typeof makeKey>, sub: string): string {
  const { name } = scene.clients.trino
  const claims = { iss: name, sub, aud: scene.uri, iat: inSeconds(0), exp: inSeconds(120), jti: randomUUID() }
  return signJwt(key, claims, { kid: scene.clients.trino.key.kid })
}

const replayed: Family = {
  name: 'replayed-jti',
  about: 'an assertion that was used once: again, at the other path, as something else, many at once',
  async attack(scene, random): Promise<Evidence> {
    const asClient = random.chance(0.5)
    const { trino, alice } = scene.clients
    const jti = randomUUID()
    const sub = asClient ? trino.name : alice.name
    const made = assertion(scene, sub, { jti })
    const use = (text: string): Promise<Seen> => used(scene, random, asClient, text)
    if (random.chance(0.3)) {
      const seen = await Promise.all(Array.from({ length: 2 + random.int(5) }, () => use(made)))
      const taken = seen.filter(({ status }) => status === 200).length
      const what = `${seen.length} at once, ${taken} taken`
      if (taken === 0) return { what, seen: [], broken: 'a good assertion was refused' }
      return { what, seen: seen.filter(({ status }) => status !== 200), escape: taken > 1 ? what : undefined }
    }
    const first = await use(made)
    if (first.status !== 200)
      return { what: 'replay', seen: [], broken: `a good assertion was refused: ${first.text}` }
    const again = random.chance(0.5)
      ? made
      : assertion(scene, sub, { jti, query_id: 'q', exp: inSeconds(100) })
    return { what: `again as ${asClient ? 'client' : 'user'}`, seen: [await use(again), await use(again)] }
  },
}

function used(scene: Scene, random: Random, asClient: boolean, text: string): Promise<Seen> {
  const at = { ...scene, tokenUri: `${scene.uri}${random.pick(['/oauth/token', '/v1/oauth/tokens'])}` }
  if (!asClient) return token(at, { grant_type: grantTypes.jwtBearer, assertion: text })
  const proof = { client_assertion: text, client_assertion_type: assertionType }
  return token(at, { grant_type: grantTypes.clientCredentials, ...proof })
}

export const assertions: readonly Family[] = [wrong, replayed]
