import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimsOf, inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { demand } from '../../lib/outcome.ts'
import { memberOf } from '../../refresh/catalog-client.ts'
import type { Check } from '../check.ts'
import { introspectionCacheMs } from '../lab.ts'
import { assertionType, bearer, grantTypes, tokenTypes } from '../token-endpoint.ts'
import { actorOf, granted, refused, type World } from '../world.ts'

/** A new key of an issuer must be known by then. */
const longestRotationMs = 70_000

/** Claims of an access token of an issuer for this catalog. */
function good(world: World, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { sub: `u-${randomUUID().slice(0, 8)}`, client_id: 'app', aud: world.lab().audience, ...more }
}

async function taken(world: World, token: string, what: string): Promise<void> {
  const { status } = await world.config(bearer(token))
  demand([200, 403, 404].includes(status), `${what}: expected to be known, got ${status}`)
}

/** Tokens of other issuers. */
export const inbound: readonly Check[] = [
  {
    row: 'S1',
    name: 'external-token',
    about: 'an access token of a configured issuer says who calls; one that it did not sign says nothing',
    async run(world) {
      const issuer = world.issuer()
      await taken(world, issuer.sign(good(world)), 'a token of the issuer')
      const usual = { iss: issuer.issuer, iat: inSeconds(0), exp: inSeconds(60), jti: randomUUID() }
      await world.refuses(
        signJwt(makeKey('ES256', issuer.key.kid), { ...usual, ...good(world) }, { typ: 'at+jwt' }),
        'another key',
      )
      issuer.rotate()
      const began = Date.now()
      const next = issuer.sign(good(world))
      // Servers do not ask for keys at every token that they do not know.
      while ((await world.config(bearer(next))).status === 401 && Date.now() - began < longestRotationMs)
        await sleep(500)
      await taken(world, next, 'a token of its next key')
      return `its next key is known after ${Math.round((Date.now() - began) / 1_000)} s`
    },
  },
  {
    row: 'S2',
    name: 'several-issuers',
    about: 'several issuers at once, each with its own keys',
    async run(world) {
      const [one, other] = [world.issuer(), world.otherIssuer()]
      await taken(world, one.sign(good(world)), 'a token of the first')
      await taken(world, other.sign(good(world)), 'a token of the second')
      await world.refuses(other.sign(good(world, { iss: one.issuer })), 'the second in the name of the first')
      return undefined
    },
  },
  {
    row: 'S3',
    name: 'audience',
    about: 'a token of a configured issuer for somebody else, or for nobody, is refused',
    async run(world) {
      const issuer = world.issuer()
      for (const aud of [undefined, 'https://other.example', [], `${world.lab().audience}/`])
        await world.refuses(issuer.sign(good(world, { aud })), `aud ${JSON.stringify(aud)}`)
      return undefined
    },
  },
  {
    row: 'S4',
    name: 'token-kinds',
    about: 'unsigned tokens, symmetric algorithms and id_tokens of a configured issuer are refused',
    async run(world) {
      const issuer = world.issuer()
      await world.refuses(
        issuer.sign(good(world, { nonce: 'n', at_hash: 'AAAA' }), { typ: 'JWT' }),
        'an id_token',
      )
      await world.refuses(issuer.sign(good(world), { typ: undefined }), 'a token without a typ')
      await world.refuses(issuer.sign(good(world), { alg: 'HS256' }), 'HS256')
      await world.refuses(issuer.sign(good(world), { alg: 'none' }), 'none')
      return undefined
    },
  },
  {
    row: 'S5',
    name: 'opaque-token',
    about: 'an opaque token is asked about (RFC 7662): good, for another service, made up, revoked',
    async run(world) {
      const issuer = world.issuer()
      const token = issuer.opaque(good(world))
      await taken(world, token, 'an opaque token')
      await world.refuses(
        issuer.opaque(good(world, { aud: 'https://other.example' })),
        'one for another service',
      )
      await world.refuses(issuer.opaque(good(world, { aud: undefined })), 'one for nobody')
      await world.refuses(issuer.opaque(good(world, { exp: inSeconds(-60) })), 'one that has ended')
      await world.refuses(randomUUID(), 'one that was made up')
      const began = Date.now()
      issuer.revoke(token)
      while ((await world.config(bearer(token))).status !== 401) {
        demand(Date.now() - began < introspectionCacheMs + 3_000, 'a revoked one is taken still')
        await sleep(200)
      }
      return `a revoked one is over after ${((Date.now() - began) / 1_000).toFixed(1)} s`
    },
  },
  {
    row: 'S6',
    name: 'workload',
    about: 'a client proves itself by the token of its platform, and by no other token of it',
    async run(world) {
      const [lab, issuer] = [world.lab(), world.issuer()]
      const client = await lab.client(world.name())
      const subject = `system:serviceaccount:jobs:${client.name}`
      await lab.must('POST', `principals/${client.name}/federations`, { issuer: issuer.issuer, subject })
      const prove = (claims: object): ReturnType<World['token']> =>
        world.token({
          grant_type: grantTypes.clientCredentials,
          client_assertion: issuer.sign({ aud: world.uri, client_id: 'kubelet', ...claims }),
          client_assertion_type: assertionType,
        })
      const token = granted(await prove({ sub: subject }), 'its own token')
      demand(claimsOf(token)['sub'] === client.name, 'the token is of somebody else')
      refused(await prove({ sub: `${subject}-2` }), 'another service account', 'invalid_client')
      refused(
        await prove({ sub: subject, aud: 'https://other.example' }),
        'another audience',
        'invalid_client',
      )
      return undefined
    },
  },
  {
    row: 'S7',
    name: 'claims',
    about: 'who it is comes from the claims as configured, together with the issuer',
    async run(world) {
      const [issuer, other] = [world.issuer(), world.otherIssuer()]
      const subjects = [issuer, other].map((each) => ({ issuer: each.issuer, pattern: '*' }))
      const engine = await world.registered({ subjects })
      const ids = new Set<unknown>()
      for (const each of [issuer, other]) {
        const form = {
          subject_token: each.sign(good(world, { sub: 'one' })),
          subject_token_type: tokenTypes.accessToken,
        }
        const token = granted(await world.exchange(form, engine.basic), 'an exchange')
        demand(claimsOf(token)['sub'] === 'one', 'the sub is not that of the token')
        ids.add(claimsOf(token)['principal_id'] ?? claimsOf(token)['sub_issuer'])
      }
      demand(ids.size === 2, 'the same sub of two issuers is one principal')
      return undefined
    },
  },
  {
    row: 'S8',
    name: 'first-login',
    about: 'whoever comes first with a good token becomes a principal, without any right',
    async run(world) {
      const [lab, issuer] = [world.lab(), world.issuer()]
      const sub = `new-${randomUUID()}`
      const { status } = await world.config(bearer(issuer.sign(good(world, { sub, name: sub }))))
      demand(
        status === 403 || status === 404,
        `expected nothing to be there for a new principal, got ${status}`,
      )
      const found = memberOf(await lab.must('GET', `principals?name=${sub}`), 'principals')
      demand(Array.isArray(found) && found.length === 1, 'the principal is not listed')
      return undefined
    },
  },
  {
    row: 'S9',
    name: 'groups',
    about: 'groups of a token decide for whom an engine may act',
    async run(world) {
      const issuer = world.issuer()
      const engine = await world.registered({ subjects: [{ issuer: issuer.issuer, groups: ['analysts'] }] })
      const exchange = (groups: readonly string[]): ReturnType<World['token']> =>
        world.exchange(
          { subject_token: issuer.sign(good(world, { groups })), subject_token_type: tokenTypes.accessToken },
          engine.basic,
        )
      demand(
        actorOf(granted(await exchange(['analysts', 'x']), 'a member')) === engine.name,
        'there is no act',
      )
      refused(await exchange(['x']), 'somebody else', 'invalid_grant')
      return undefined
    },
  },
]
