import type { Random } from '../../attack/random.ts'
import { bearer, type Form, grantTypes, type Headers, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Family } from '../family.ts'
import type { Scene } from '../scene.ts'
import { token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'
import { assertion } from './assertions.ts'

/** Something that shows a user of the engine `trino`, all of it good in the right hands. */
function goodSubject(scene: Scene, random: Random): Form {
  const { alice, bob } = scene.clients
  const [name, shown] = random.pick([
    [alice.name, scene.tokens.alice],
    [bob.name, scene.tokens.bob],
  ] as const)
  return random.pick<Form>([
    { subject_token: shown, subject_token_type: tokenTypes.accessToken },
    { subject_token: statement({ sub: name }), subject_token_type: tokenTypes.jwt },
    { subject_token: assertion(scene, name), subject_token_type: tokenTypes.jwt },
    { subject_token: scene.tokens.aliceByTrino, subject_token_type: tokenTypes.accessToken },
  ])
}

const unauthenticated: Family = {
  name: 'no-authentication',
  about: 'exchanges by nobody, by a name without a secret, by a user, by a client that is no engine',
  weight: 2,
  async attack(scene, random) {
    const { trino, mallory, strict } = scene.clients
    const subject = goodSubject(scene, random)
    const [what, headers, more] = random.pick<readonly [string, Headers, Form]>([
      ['nobody', {}, {}],
      ['a client_id alone', {}, { client_id: trino.name }],
      ['an empty secret', {}, { client_id: trino.name, client_secret: '' }],
      ['a wrong secret', {}, { client_id: trino.name, client_secret: mallory.secret }],
      ['another engine’s secret', {}, { client_id: trino.name, client_secret: strict.secret }],
      ['the token of a client that is no engine', bearer(scene.tokens.mallory), {}],
      ['a client that is no engine', mallory.basic, {}],
      ['the token of another user', bearer(scene.tokens.bobByTrino), {}],
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
        'an actor_token alone',
        {},
        { actor_token: scene.tokens.trino, actor_token_type: tokenTypes.accessToken },
      ],
      ['another scheme', { authorization: `Negotiate ${scene.tokens.trino}` }, {}],
      ['the bearer in another header', { 'x-authorization': `Bearer ${scene.tokens.trino}` }, {}],
      ['the token as a parameter', {}, { access_token: scene.tokens.trino }],
      ['a cookie', { cookie: `access_token=${scene.tokens.trino}` }, {}],
    ])
    return {
      what,
      seen: [await token(scene, { grant_type: grantTypes.exchange, ...subject, ...more }, headers)],
    }
  },
}

const mismatched: Family = {
  name: 'actor-mismatch',
  about:
    'actor tokens of another engine, of a user, of nobody; actors without a type, types without an actor',
  async attack(scene, random) {
    const { tokens, clients } = scene
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
        { actor_token: assertion(scene, clients.trino.name), actor_token_type: tokenTypes.jwt },
      ],
      ['garbage', { actor_token: 'x', actor_token_type: type }],
      ['another client_id', { client_id: clients.strict.name }],
    ])
    const headers = random.chance(0.5) ? bearer(tokens.trino) : clients.trino.basic
    return {
      what,
      seen: [
        await token(
          scene,
          { grant_type: grantTypes.exchange, ...goodSubject(scene, random), ...more },
          headers,
        ),
      ],
    }
  },
}

export const exchanges: readonly Family[] = [unauthenticated, mismatched]
