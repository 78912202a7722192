import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { assertionType, grantTypes } from '../../identity/token-endpoint.ts'
import type { Suite, Seen } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { token } from '../slots.ts'
import { judgePairs, type TimedPair } from '../timing-statistics.ts'

const key = makeKey()

interface Timed {
  readonly name: string
  readonly about: string
  known(fixture: Fixture): Promise<Seen>
  unknown(fixture: Fixture): Promise<Seen>
}

const wrongSecret = (fixture: Fixture, id: string): Promise<Seen> =>
  token(fixture, {
    grant_type: grantTypes.clientCredentials,
    client_id: id,
    client_secret: randomBytes(32).toString('base64url'),
  })

const wrongSignature = (fixture: Fixture, id: string, kid: string): Promise<Seen> => {
  const claims = {
    iss: id,
    sub: id,
    aud: fixture.uri,
    iat: inSeconds(0),
    exp: inSeconds(60),
    jti: randomUUID(),
  }
  const assertion = signJwt(key, claims, { kid })
  return token(fixture, {
    grant_type: grantTypes.clientCredentials,
    client_assertion: assertion,
    client_assertion_type: assertionType,
  })
}

/**
 * Returns the name of a client that does not exist, as long as the known name, so that requests with the two names
 * differ only in whether the client exists.
 */
const makeUnknownName = (name: string): string => `${name.slice(0, -4)}${randomBytes(2).toString('hex')}`

const timed: readonly Timed[] = [
  {
    name: 'timing-secret',
    about: 'the response time for a wrong secret differs from that for an unknown client',
    known: (fixture) => wrongSecret(fixture, fixture.clients.trino.name),
    unknown: (fixture) => wrongSecret(fixture, makeUnknownName(fixture.clients.trino.name)),
  },
  {
    name: 'timing-signature',
    about: 'the response time for a wrong signature differs from that for an unknown client',
    known: (fixture) => wrongSignature(fixture, fixture.clients.trino.name, fixture.clients.trino.key.kid),
    unknown: (fixture) => wrongSignature(fixture, makeUnknownName(fixture.clients.trino.name), randomUUID()),
  },
]

/**
 * Suites that compare response times for an existing client and for a client that does not exist. Each case sends both
 * requests in random order, one directly after the other, so that load on the machine affects both.
 */
export const timings: readonly Suite[] = timed.map(({ name, about, known, unknown }): Suite => {
  const pairs = new WeakMap<Fixture, TimedPair[]>()
  return {
    name,
    about,
    weight: 2,
    async attack(fixture, random: Random) {
      const first = random.chance(0.5)
      const a = await (first ? known(fixture) : unknown(fixture))
      const b = await (first ? unknown(fixture) : known(fixture))
      const [hit, miss] = first ? [a, b] : [b, a]
      const all = pairs.get(fixture) ?? []
      all.push({ known: hit.ms, unknown: miss.ms })
      pairs.set(fixture, all)
      const same = hit.status === miss.status && hit.text === miss.text
      return {
        what: 'a pair',
        seen: [hit, miss],
        escape: same ? undefined : 'the answers tell whether the client exists',
      }
    },
    conclude: (fixture) => judgePairs(pairs.get(fixture) ?? []),
  }
})
