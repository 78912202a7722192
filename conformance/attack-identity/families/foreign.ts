import { randomUUID } from 'node:crypto'
import type { Random } from '../../attack/random.ts'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import type { Issuer } from '../../lib/issuer.ts'
import type { Evidence, Family } from '../family.ts'
import type { Scene } from '../scene.ts'
import { everySlot, showed, type Slot } from '../slots.ts'
import { victimClaims } from '../victim-claims.ts'

const foreign: Family = {
  name: 'foreign-issuer',
  about: 'tokens of an issuer that nobody configured, also one that is called almost like one',
  weight: 2,
  attack(scene, random) {
    const { trap, attackerKey, uri, issuer, audience } = scene
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
    const kid = random.pick([scene.serverKey.jwk['kid'], issuer?.key.kid, attackerKey.kid, undefined])
    const claims = { ...victimClaims(scene, random), iss, aud: random.pick([uri, audience, [uri, audience]]) }
    const token = signJwt(attackerKey, claims, { typ: random.pick(['at+jwt', 'JWT']), kid })
    return showed(scene, random, everySlot, { what: `issuer ${JSON.stringify(iss)}`, token })
  },
}

/** Families that need a configured issuer: here it is the attacker who gets true tokens of it, for something else. */
function ofIssuer(
  family: Pick<Family, 'name' | 'about'> & {
    readonly slots: readonly Slot[]
    make(
      scene: Scene,
      random: Random,
      issuer: Issuer,
      good: Readonly<Record<string, unknown>>,
    ): { readonly what: string; readonly token: string }
  },
): Family {
  const { name, about, slots, make } = family
  return {
    name,
    about,
    unavailable: ({ issuer }) =>
      issuer === null ? 'the server takes no tokens of other issuers' : undefined,
    async attack(scene, random): Promise<Evidence> {
      if (scene.issuer === null) throw new Error('there is no issuer')
      const good = { sub: scene.clients.alice.name, client_id: 'app', aud: scene.audience, jti: randomUUID() }
      return showed(scene, random, slots, make(scene, random, scene.issuer, good))
    },
  }
}

const wrongAudience = ofIssuer({
  name: 'audience',
  about: 'true tokens of the configured issuer for somebody else, for nobody, or for many',
  slots: ['bearer', 'subject', 'client', 'authentication'],
  make(scene, random, issuer, good) {
    const { audience } = scene
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
  about: 'id_tokens and logout tokens of the configured issuer where access tokens belong',
  slots: ['bearer', 'actor', 'client', 'authentication', 'assertion', 'subject'],
  make(_scene, random, issuer, good) {
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
  about: 'true tokens that have ended, have not begun, or say nothing about it',
  slots: ['bearer', 'subject', 'actor', 'client', 'authentication'],
  make(_scene, random, issuer, good) {
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

export const foreignTokens: readonly Family[] = [foreign, wrongAudience, idToken, outOfTime]
