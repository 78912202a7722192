import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeClaims, inSeconds, makeKey, signJwt } from '../../lib/jwt.ts'
import { demand } from '../../lib/outcome.ts'
import { readMember } from '../../refresh/catalog-client.ts'
import type { Check } from '../check.ts'
import { introspectionCacheMs } from '../lab.ts'
import { assertionType, bearer, grantTypes, tokenTypes } from '../token-endpoint.ts'
import { readActor, granted, refused, type Fixture } from '../fixture.ts'

/** Maximum time in ms until the server accepts tokens that are signed with a new key of an issuer. */
const longestRotationMs = 70_000

/** Returns claims of a valid access token from an external issuer for this catalog. */
function good(fixture: Fixture, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { sub: `u-${randomUUID().slice(0, 8)}`, client_id: 'app', aud: fixture.lab().audience, ...more }
}

async function taken(fixture: Fixture, token: string, what: string): Promise<void> {
  const { status } = await fixture.config(bearer(token))
  demand([200, 403, 404].includes(status), `${what}: expected an authenticated caller, got status ${status}`)
}

/** Checks of tokens from external issuers. */
export const inbound: readonly Check[] = [
  {
    row: 'S1',
    name: 'external-token',
    about:
      'an access token of a configured issuer identifies its caller; a token with another signature is refused',
    async run(fixture) {
      const issuer = fixture.issuer()
      await taken(fixture, issuer.sign(good(fixture)), 'a token of the configured issuer')
      const usual = { iss: issuer.issuer, iat: inSeconds(0), exp: inSeconds(60), jti: randomUUID() }
      await fixture.refuses(
        signJwt(makeKey('ES256', issuer.key.kid), { ...usual, ...good(fixture) }, { typ: 'at+jwt' }),
        'another key',
      )
      issuer.rotate()
      const began = Date.now()
      const next = issuer.sign(good(fixture))
      // Repeats the request, because a server limits how often unknown tokens make it reload the keys of an issuer.
      while ((await fixture.config(bearer(next))).status === 401 && Date.now() - began < longestRotationMs)
        await sleep(500)
      await taken(fixture, next, 'a token of its next key')
      return `its next key is known after ${Math.round((Date.now() - began) / 1_000)} s`
    },
  },
  {
    row: 'S2',
    name: 'several-issuers',
    about: 'several issuers at once, each with its own keys',
    async run(fixture) {
      const [one, other] = [fixture.issuer(), fixture.otherIssuer()]
      await taken(fixture, one.sign(good(fixture)), 'a token of the first')
      await taken(fixture, other.sign(good(fixture)), 'a token of the second')
      await fixture.refuses(
        other.sign(good(fixture, { iss: one.issuer })),
        'a token that the second issuer signed in the name of the first',
      )
      return undefined
    },
  },
  {
    row: 'S3',
    name: 'audience',
    about: 'a token of a configured issuer with another audience, or without one, is refused',
    async run(fixture) {
      const issuer = fixture.issuer()
      for (const aud of [undefined, 'https://other.example', [], `${fixture.lab().audience}/`])
        await fixture.refuses(issuer.sign(good(fixture, { aud })), `aud ${JSON.stringify(aud)}`)
      return undefined
    },
  },
  {
    row: 'S4',
    name: 'token-kinds',
    about: 'unsigned tokens, symmetric algorithms and id_tokens of a configured issuer are refused',
    async run(fixture) {
      const issuer = fixture.issuer()
      await fixture.refuses(
        issuer.sign(good(fixture, { nonce: 'n', at_hash: 'AAAA' }), { typ: 'JWT' }),
        'an id_token',
      )
      await fixture.refuses(issuer.sign(good(fixture), { typ: undefined }), 'a token without the header typ')
      await fixture.refuses(issuer.sign(good(fixture), { alg: 'HS256' }), 'HS256')
      await fixture.refuses(issuer.sign(good(fixture), { alg: 'none' }), 'none')
      return undefined
    },
  },
  {
    row: 'S5',
    name: 'opaque-token',
    about:
      'the server introspects an opaque token (RFC 7662), and refuses invented and revoked tokens and tokens for other services',
    async run(fixture) {
      const issuer = fixture.issuer()
      const token = issuer.opaque(good(fixture))
      await taken(fixture, token, 'an opaque token')
      await fixture.refuses(
        issuer.opaque(good(fixture, { aud: 'https://other.example' })),
        'an opaque token for another service',
      )
      await fixture.refuses(
        issuer.opaque(good(fixture, { aud: undefined })),
        'an opaque token without an audience',
      )
      await fixture.refuses(
        issuer.opaque(good(fixture, { exp: inSeconds(-60) })),
        'an opaque token that has expired',
      )
      await fixture.refuses(randomUUID(), 'an opaque token that the issuer does not know')
      const began = Date.now()
      issuer.revoke(token)
      while ((await fixture.config(bearer(token))).status !== 401) {
        demand(Date.now() - began < introspectionCacheMs + 3_000, 'a revoked one is taken still')
        await sleep(200)
      }
      return `a revoked one is over after ${((Date.now() - began) / 1_000).toFixed(1)} s`
    },
  },
  {
    row: 'S6',
    name: 'workload',
    about:
      'a client authenticates with the token of its platform for this server, and with no other token of the platform',
    async run(fixture) {
      const [lab, issuer] = [fixture.lab(), fixture.issuer()]
      const client = await lab.client(fixture.name())
      const subject = `system:serviceaccount:jobs:${client.name}`
      await lab.must('POST', `principals/${client.name}/federations`, { issuer: issuer.issuer, subject })
      const prove = (claims: object): ReturnType<Fixture['token']> =>
        fixture.token({
          grant_type: grantTypes.clientCredentials,
          client_assertion: issuer.sign({ aud: fixture.uri, client_id: 'kubelet', ...claims }),
          client_assertion_type: assertionType,
        })
      const token = granted(await prove({ sub: subject }), 'its own token')
      demand(decodeClaims(token)['sub'] === client.name, 'the token belongs to another principal')
      refused(await prove({ sub: `${subject}-2` }), 'a token of another service account', 'invalid_client')
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
    about: 'the configured claim and the issuer together determine the principal of a token',
    async run(fixture) {
      const [issuer, other] = [fixture.issuer(), fixture.otherIssuer()]
      const subjects = [issuer, other].map((each) => ({ issuer: each.issuer, pattern: '*' }))
      const engine = await fixture.registered({ subjects })
      const ids = new Set<unknown>()
      for (const each of [issuer, other]) {
        const form = {
          subject_token: each.sign(good(fixture, { sub: 'one' })),
          subject_token_type: tokenTypes.accessToken,
        }
        const token = granted(await fixture.exchange(form, engine.basic), 'an exchange')
        demand(decodeClaims(token)['sub'] === 'one', 'the sub is not that of the token')
        ids.add(decodeClaims(token)['principal_id'] ?? decodeClaims(token)['sub_issuer'])
      }
      demand(ids.size === 2, 'the same sub of two issuers is one principal')
      return undefined
    },
  },
  {
    row: 'S8',
    name: 'first-login',
    about: 'the first valid token of a user creates a principal without rights',
    async run(fixture) {
      const [lab, issuer] = [fixture.lab(), fixture.issuer()]
      const sub = `new-${randomUUID()}`
      const { status } = await fixture.config(bearer(issuer.sign(good(fixture, { sub, name: sub }))))
      demand(
        status === 403 || status === 404,
        `expected no visible object for a new principal, got ${status}`,
      )
      const found = readMember(await lab.must('GET', `principals?name=${sub}`), 'principals')
      demand(Array.isArray(found) && found.length === 1, 'the principal is not listed')
      return undefined
    },
  },
  {
    row: 'S9',
    name: 'groups',
    about: 'groups of a token decide for whom an engine may act',
    async run(fixture) {
      const issuer = fixture.issuer()
      const engine = await fixture.registered({ subjects: [{ issuer: issuer.issuer, groups: ['analysts'] }] })
      const exchange = (groups: readonly string[]): ReturnType<Fixture['token']> =>
        fixture.exchange(
          {
            subject_token: issuer.sign(good(fixture, { groups })),
            subject_token_type: tokenTypes.accessToken,
          },
          engine.basic,
        )
      demand(
        readActor(granted(await exchange(['analysts', 'x']), 'a member')) === engine.name,
        'there is no act',
      )
      refused(await exchange(['x']), 'somebody else', 'invalid_grant')
      return undefined
    },
  },
]
