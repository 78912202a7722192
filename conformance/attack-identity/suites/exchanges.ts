import type { Random } from '../../attack/random.ts'
import { bearer, type Form, grantTypes, type Headers, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'
import { assertion } from './assertions.ts'

/**
 * Returns form parameters with a valid subject token, which the engine `trino` may exchange for a token of the user.
 */
function goodSubject(fixture: Fixture, random: Random): Form {
  const { alice, bob } = fixture.clients
  const [name, shown] = random.pick([
    [alice.name, fixture.tokens.alice],
    [bob.name, fixture.tokens.bob],
  ] as const)
  return random.pick<Form>([
    { subject_token: shown, subject_token_type: tokenTypes.accessToken },
    { subject_token: statement({ sub: name }), subject_token_type: tokenTypes.jwt },
    { subject_token: assertion(fixture, name), subject_token_type: tokenTypes.jwt },
    { subject_token: fixture.tokens.aliceByTrino, subject_token_type: tokenTypes.accessToken },
  ])
}

const unauthenticated: Suite = {
  name: 'no-authentication',
  about:
    'token exchanges without authentication, with a client id and no secret, by a user, and by a client that is not an engine',
  weight: 2,
  async attack(fixture, random) {
    const { trino, mallory, strict } = fixture.clients
    const subject = goodSubject(fixture, random)
    const [what, headers, more] = random.pick<readonly [string, Headers, Form]>([
      ['no client authentication', {}, {}],
      ['a client_id alone', {}, { client_id: trino.name }],
      ['an empty secret', {}, { client_id: trino.name, client_secret: '' }],
      ['a wrong secret', {}, { client_id: trino.name, client_secret: mallory.secret }],
      ['another engine’s secret', {}, { client_id: trino.name, client_secret: strict.secret }],
      ['the token of a client that is not an engine', bearer(fixture.tokens.mallory), {}],
      ['a client that is not an engine', mallory.basic, {}],
      ['the token of another user', bearer(fixture.tokens.bobByTrino), {}],
      [
        'no token at all',
        {
          authorization: random.pick(['Bearer', 'Bearer ', 'Bearer null', 'Bearer undefined', 'Bearer None']),
        },
        {},
      ],
      [
        'Basic without a secret',
        { authorization: `Basic ${Buffer.from(`${trino.name}:`).toString('base64')}` },
        {},
      ],
      [
        'only an actor_token',
        {},
        { actor_token: fixture.tokens.trino, actor_token_type: tokenTypes.accessToken },
      ],
      ['another scheme', { authorization: `Negotiate ${fixture.tokens.trino}` }, {}],
      ['the bearer in another header', { 'x-authorization': `Bearer ${fixture.tokens.trino}` }, {}],
      ['the token as a parameter', {}, { access_token: fixture.tokens.trino }],
      ['a cookie', { cookie: `access_token=${fixture.tokens.trino}` }, {}],
    ])
    return {
      what,
      seen: [await token(fixture, { grant_type: grantTypes.exchange, ...subject, ...more }, headers)],
    }
  },
}

const mismatched: Suite = {
  name: 'actor-mismatch',
  about:
    'actor tokens of another engine, of a user, of an unknown issuer; actors without a type, types without an actor',
  async attack(fixture, random) {
    const { tokens, clients } = fixture
    const actor = random.pick([
      tokens.strict,
      tokens.denied,
      tokens.alice,
      tokens.mallory,
      tokens.admin,
      tokens.aliceByTrino,
    ])
    const type = tokenTypes.accessToken
    const [what, more] = random.pick<readonly [string, Form]>([
      ['another’s token', { actor_token: actor, actor_token_type: type }],
      ['no type', { actor_token: tokens.trino }],
      ['a type alone', { actor_token_type: type }],
      ['a wrong type', { actor_token: tokens.trino, actor_token_type: 'token' }],
      ['unsigned', { actor_token: statement({ sub: clients.trino.name }), actor_token_type: tokenTypes.jwt }],
      [
        'an assertion',
        { actor_token: assertion(fixture, clients.trino.name), actor_token_type: tokenTypes.jwt },
      ],
      ['garbage', { actor_token: 'x', actor_token_type: type }],
      ['another client_id', { client_id: clients.strict.name }],
    ])
    const headers = random.chance(0.5) ? bearer(tokens.trino) : clients.trino.basic
    return {
      what,
      seen: [
        await token(
          fixture,
          { grant_type: grantTypes.exchange, ...goodSubject(fixture, random), ...more },
          headers,
        ),
      ],
    }
  },
}

export const exchanges: readonly Suite[] = [unauthenticated, mismatched]
