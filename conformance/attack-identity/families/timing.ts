import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { assertionType, grantTypes } from '../../identity/token-endpoint.ts'
import type { Family, Seen } from '../family.ts'
import type { Scene } from '../scene.ts'
import { token } from '../slots.ts'
import { judgePairs, type TimedPair } from '../timing-statistics.ts'

const key = makeKey()

interface Timed {
  readonly name: string
  readonly about: string
  known(scene: Scene): Promise<Seen>
  unknown(scene: Scene): Promise<Seen>
}

const wrongSecret = (scene: Scene, id: string): Promise<Seen> =>
  token(scene, {
    grant_type: grantTypes.clientCredentials,
    client_id: id,
    client_secret: randomBytes(32).toString('base64url'),
  })

const wrongSignature = (scene: Scene, id: string, kid: string): Promise<Seen> => {
  const claims = {
    iss: id,
    sub: id,
    aud: scene.uri,
    iat: inSeconds(0),
    exp: inSeconds(60),
    jti: randomUUID(),
  }
  const assertion = signJwt(key, claims, { kid })
  return token(scene, {
    grant_type: grantTypes.clientCredentials,
    client_assertion: assertion,
    client_assertion_type: assertionType,
  })
}

/** As long as the other one, so that nothing but its existence differs. */
const nobody = (name: string): string => `${name.slice(0, -4)}${randomBytes(2).toString('hex')}`

const timed: readonly Timed[] = [
  {
    name: 'timing-secret',
    about: 'whether a wrong secret takes another time than an unknown client',
    known: (scene) => wrongSecret(scene, scene.clients.trino.name),
    unknown: (scene) => wrongSecret(scene, nobody(scene.clients.trino.name)),
  },
  {
    name: 'timing-signature',
    about: 'whether a wrong signature takes another time than an unknown client',
    known: (scene) => wrongSignature(scene, scene.clients.trino.name, scene.clients.trino.key.kid),
    unknown: (scene) => wrongSignature(scene, nobody(scene.clients.trino.name), randomUUID()),
  },
]

/** Pairs, one of each kind right after the other in an order by chance, so that what disturbs disturbs both. */
export const timings: readonly Family[] = timed.map(({ name, about, known, unknown }): Family => {
  const pairs = new WeakMap<Scene, TimedPair[]>()
  return {
    name,
    about,
    weight: 2,
    async attack(scene, random: Random) {
      const first = random.chance(0.5)
      const a = await (first ? known(scene) : unknown(scene))
      const b = await (first ? unknown(scene) : known(scene))
      const [hit, miss] = first ? [a, b] : [b, a]
      const all = pairs.get(scene) ?? []
      all.push({ known: hit.ms, unknown: miss.ms })
      pairs.set(scene, all)
      const same = hit.status === miss.status && hit.text === miss.text
      return {
        what: 'a pair',
        seen: [hit, miss],
        escape: same ? undefined : 'the answers tell whether the client exists',
      }
    },
    conclude: (scene) => judgePairs(pairs.get(scene) ?? []),
  }
})
