import { randomUUID } from 'node:crypto'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import { tokenFor } from '../../identity/lab.ts'
import { assertionType, bearer, grantTypes, requestToken, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Family } from '../family.ts'
import { call, send, token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'

const steps = [
  'disable the user',
  'disable the engine',
  'strike off the engine',
  'stop the sessions',
  'delete the user',
  'take away the key',
  'take away the rule',
] as const

export const disabled: Family = {
  name: 'disabled',
  about:
    'tokens, secrets and keys of users and engines that were disabled, stopped, deleted or struck off a moment ago',
  weight: 0.25,
  async attack(scene, random): Promise<Evidence> {
    const what = random.pick(steps)
    const name = `${scene.prefix}d${scene.count()}`
    const user = await scene.client(`${name}-user`)
    const engine = await scene.engine(`${name}-engine`, {
      subjects: [{ issuer: 'headgate', pattern: `${name}-user` }],
      namesIssuer: 'headgate',
      unsignedSubjects: true,
      assertions: true,
    })
    await scene.grant(user.name, 'use', {})
    const [own, engines] = [
      await tokenFor(scene, user.name, user.secret),
      await tokenFor(scene, engine.name, engine.secret),
    ]
    const exchange = (): Record<string, string> => ({
      grant_type: grantTypes.exchange,
      subject_token: random.chance(0.5) ? own : statement({ sub: user.name }),
      subject_token_type: tokenTypes.jwt,
    })
    const acting = await requestToken(scene.tokenUri, exchange(), { headers: engine.basic })
    const held = acting.token
    if (held === null) return { what, seen: [], broken: `no token before: ${acting.status} ${acting.error}` }
    const before = await send(scene, 'GET', `${scene.catalog.root}namespaces`, bearer(held))
    if (before.status !== 200)
      return { what, seen: [], broken: `the token did not work before: ${before.status}` }
    const asserted = (sub: string): string =>
      signJwt(engine.key, {
        iss: engine.name,
        sub,
        aud: scene.uri,
        iat: inSeconds(0),
        exp: inSeconds(60),
        jti: randomUUID(),
      })
    const user_ = `principals/${user.name}`
    switch (what) {
      case 'disable the user':
        await scene.must('POST', `${user_}/disable`)
        break
      case 'delete the user':
        await scene.must('DELETE', user_)
        break
      case 'stop the sessions':
        await scene.must('POST', `${user_}/stop-sessions`)
        break
      case 'disable the engine':
        await scene.must('POST', `principals/${engine.name}/disable`)
        break
      case 'strike off the engine':
        await scene.must('DELETE', `engines/${engine.name}`)
        break
      case 'take away the rule':
        await scene.setEngine(engine.name, { subjects: [{ issuer: 'headgate', pattern: 'somebody-else' }] })
        break
      case 'take away the key':
        await scene.must('DELETE', `principals/${engine.name}/keys/${engine.key.kid}`)
        break
    }
    const byKey = (): ReturnType<typeof token>[] => [
      token(scene, { grant_type: grantTypes.jwtBearer, assertion: asserted(user.name) }),
      token(
        scene,
        {
          grant_type: grantTypes.exchange,
          subject_token: asserted(user.name),
          subject_token_type: tokenTypes.jwt,
        },
        engine.basic,
      ),
    ]
    const renewals = (): ReturnType<typeof token>[] => [
      call(scene, random, bearer(held)),
      token(
        scene,
        { grant_type: grantTypes.exchange, subject_token: held, subject_token_type: tokenTypes.accessToken },
        bearer(held),
      ),
    ]
    const tries: Readonly<Record<(typeof steps)[number], () => ReturnType<typeof token>[]>> = {
      'take away the key': () => [
        ...byKey(),
        token(scene, {
          grant_type: grantTypes.clientCredentials,
          client_assertion: asserted(engine.name),
          client_assertion_type: assertionType,
        }),
      ],
      'disable the user': () => [
        ...renewals(),
        ...byKey(),
        token(scene, exchange(), engine.basic),
        call(scene, random, bearer(own)),
        token(scene, {
          grant_type: grantTypes.clientCredentials,
          client_id: user.name,
          client_secret: user.secret,
        }),
      ],
      'delete the user': () => [
        ...renewals(),
        ...byKey(),
        token(scene, exchange(), engine.basic),
        call(scene, random, bearer(own)),
      ],
      // New proofs are good again: it is the old sessions that end.
      'stop the sessions': () => [...renewals(), call(scene, random, bearer(own))],
      'disable the engine': () => [
        ...renewals(),
        ...byKey(),
        token(scene, exchange(), engine.basic),
        token(scene, exchange(), bearer(engines)),
      ],
      'strike off the engine': () => [
        ...renewals(),
        ...byKey(),
        token(scene, exchange(), engine.basic),
        token(scene, exchange(), bearer(engines)),
      ],
      'take away the rule': () => [
        ...renewals(),
        ...byKey(),
        token(scene, exchange(), engine.basic),
        token(scene, exchange(), bearer(engines)),
      ],
    }
    const seen = await Promise.all(tries[what]())
    if (what !== 'delete the user') await scene.must('DELETE', user_)
    await scene.must('DELETE', `principals/${engine.name}`)
    return { what, seen }
  },
}
