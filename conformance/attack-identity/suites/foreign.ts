import { randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import type { Issuer } from '../../lib/issuer.ts'
import type { Evidence, Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { everySlot, showed, type Slot } from '../slots.ts'
import { victimClaims } from '../victim-claims.ts'

const foreign: Suite = {
  name: 'foreign-issuer',
  about: 'tokens of an issuer that is not configured, also of an issuer with a similar name',
  weight: 2,
  attack(fixture, random) {
    const { trap, attackerKey, uri, issuer, audience } = fixture
    trap.serve({ keys: [attackerKey.jwk] })
    const real = random.pick([uri, ...(issuer === null ? [] : [issuer.issuer])])
    const { host, port } = new URL(real)
    const iss = random.pick([
      `${trap.origin}/attacker`,
      `${trap.origin}/attacker/${randomUUID()}`,
      `${real}/`,
      `${real}/attacker`,
      real.toUpperCase(),
      real.replace('127.0.0.1', 'localhost'),
      real.replace('127.0.0.1', '127.1'),
      real.replace('http:', 'https:'),
      `http://${host}@${new URL(trap.origin).host}/attacker`,
      `${real}#`,
      `${real}?`,
      ` ${real}`,
      [real],
      { url: real },
      real,
      'headgate',
      'https://accounts.google.com',
      `http://127.0.0.1:${port}0`,
      '',
      undefined,
    ])
    const kid = random.pick([fixture.serverKey.jwk['kid'], issuer?.key.kid, attackerKey.kid, undefined])
    const claims = {
      ...victimClaims(fixture, random),
      iss,
      aud: random.pick([uri, audience, [uri, audience]]),
    }
    const token = signJwt(attackerKey, claims, { typ: random.pick(['at+jwt', 'JWT']), kid })
    return showed(fixture, random, everySlot, { what: `issuer ${JSON.stringify(iss)}`, token })
  },
}

/**
 * Creates a suite in which the attacker presents valid tokens that a configured external issuer signed for another
 * purpose. The suite runs only if the server has such an issuer.
 */
function ofIssuer(
  suite: Pick<Suite, 'name' | 'about'> & {
    readonly slots: readonly Slot[]
    make(
      fixture: Fixture,
      random: Random,
      issuer: Issuer,
      good: Readonly<Record<string, unknown>>,
    ): { readonly what: string; readonly token: string }
  },
): Suite {
  const { name, about, slots, make } = suite
  return {
    name,
    about,
    unavailable: ({ issuer }) =>
      issuer === null ? 'the server takes no tokens of other issuers' : undefined,
    async attack(fixture, random): Promise<Evidence> {
      if (fixture.issuer === null)
        throw new Error('the test issuer is not running, so this attack has no token of another issuer')
      const good = {
        sub: fixture.clients.alice.name,
        client_id: 'app',
        aud: fixture.audience,
        jti: randomUUID(),
      }
      return showed(fixture, random, slots, make(fixture, random, fixture.issuer, good))
    },
  }
}

const wrongAudience = ofIssuer({
  name: 'audience',
  about: 'valid tokens of the configured issuer for another audience, for none, or for many',
  slots: ['bearer', 'subject', 'client', 'authentication'],
  make(fixture, random, issuer, good) {
    const { audience } = fixture
    const aud = random.pick([
      undefined,
      null,
      '',
      [],
      'https://other.example',
      `${audience}/`,
      `${audience}/v1`,
      audience.toUpperCase(),
      ['https://other.example', 'account'],
      [[audience]],
      { [audience]: true },
      `${audience} https://other.example`,
      'account',
      '*',
      true,
    ])
    return { what: `aud ${JSON.stringify(aud)}`, token: issuer.sign({ ...good, aud }) }
  },
})

const idToken = ofIssuer({
  name: 'id-token',
  about: 'id_tokens and logout tokens of the configured issuer, sent as access tokens',
  slots: ['bearer', 'actor', 'client', 'authentication', 'assertion', 'subject'],
  make(_fixture, random, issuer, good) {
    const sign = random.pick([
      { nonce: 'n', at_hash: 'AAAA' },
      { at_hash: 'AAAA', azp: 'app' },
      { c_hash: 'AAAA', nonce: 'n' },
      { typ: 'ID' },
      { token_use: 'id' },
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      {},
    ])
    const typ = random.pick(['JWT', undefined, 'id_token+jwt', 'logout+jwt', 'jwt', 'dpop+jwt'])
    const { client_id: _, ...claims } = good
    return { what: `typ ${typ} ${JSON.stringify(sign)}`, token: issuer.sign({ ...claims, ...sign }, { typ }) }
  },
})

const outOfTime = ofIssuer({
  name: 'out-of-time',
  about: 'valid tokens that have expired, are not valid yet, or contain no times',
  slots: ['bearer', 'subject', 'actor', 'client', 'authentication'],
  make(_fixture, random, issuer, good) {
    const past = inSeconds(-60 - random.int(100_000))
    const claims = random.pick([
      { exp: past },
      { exp: past, iat: past - 300 },
      { exp: undefined },
      { exp: String(inSeconds(300)) },
      { exp: null },
      { exp: -1 },
      { nbf: inSeconds(60 + random.int(100_000)) },
      { nbf: 'soon' },
      { exp: inSeconds(300) * 1000 * -1 },
      { exp: [inSeconds(300)] },
    ])
    return { what: JSON.stringify(claims), token: issuer.sign({ ...good, ...claims }) }
  },
})

export const foreignTokens: readonly Suite[] = [foreign, wrongAudience, idToken, outOfTime]
