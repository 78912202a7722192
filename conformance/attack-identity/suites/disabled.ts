import { randomUUID } from 'node:crypto'
import { inSeconds, signJwt } from '../../lib/jwt.ts'
import { tokenFor } from '../../identity/lab.ts'
import { assertionType, bearer, grantTypes, requestToken, tokenTypes } from '../../identity/token-endpoint.ts'
import type { Evidence, Suite } from '../suite.ts'
import { call, send, token } from '../slots.ts'
import { statement } from '../../identity/statement.ts'

const steps = [
  'disable the user',
  'disable the engine',
  'strike off the engine',
  'stop the sessions',
  'delete the user',
  'remove the key',
  'remove the rule',
] as const

export const disabled: Suite = {
  name: 'disabled',
  about:
    'tokens, secrets and keys of users and engines that were just disabled or deleted, whose sessions were stopped, or that are no longer registered as engines',
  weight: 0.25,
  async attack(fixture, random): Promise<Evidence> {
    const what = random.pick(steps)
    const name = `${fixture.prefix}d${fixture.count()}`
    const user = await fixture.client(`${name}-user`)
    const engine = await fixture.engine(`${name}-engine`, {
      subjects: [{ issuer: 'headgate', pattern: `${name}-user` }],
      namesIssuer: 'headgate',
      unsignedSubjects: true,
      assertions: true,
    })
    await fixture.grant(user.name, 'use', {})
    const [own, engines] = [
      await tokenFor(fixture, user.name, user.secret),
      await tokenFor(fixture, engine.name, engine.secret),
    ]
    const exchange = (): Record<string, string> => ({
      grant_type: grantTypes.exchange,
      subject_token: random.chance(0.5) ? own : statement({ sub: user.name }),
      subject_token_type: tokenTypes.jwt,
    })
    const acting = await requestToken(fixture.tokenUri, exchange(), { headers: engine.basic })
    const held = acting.token
    if (held === null) return { what, seen: [], broken: `no token before: ${acting.status} ${acting.error}` }
    const before = await send(fixture, 'GET', `${fixture.catalog.root}namespaces`, bearer(held))
    if (before.status !== 200)
      return { what, seen: [], broken: `the token did not work before: ${before.status}` }
    const asserted = (sub: string): string =>
      signJwt(engine.key, {
        iss: engine.name,
        sub,
        aud: fixture.uri,
        iat: inSeconds(0),
        exp: inSeconds(60),
        jti: randomUUID(),
      })
    const user_ = `principals/${user.name}`
    switch (what) {
      case 'disable the user':
        await fixture.must('POST', `${user_}/disable`)
        break
      case 'delete the user':
        await fixture.must('DELETE', user_)
        break
      case 'stop the sessions':
        await fixture.must('POST', `${user_}/stop-sessions`)
        break
      case 'disable the engine':
        await fixture.must('POST', `principals/${engine.name}/disable`)
        break
      case 'strike off the engine':
        await fixture.must('DELETE', `engines/${engine.name}`)
        break
      case 'remove the rule':
        await fixture.setEngine(engine.name, { subjects: [{ issuer: 'headgate', pattern: 'somebody-else' }] })
        break
      case 'remove the key':
        await fixture.must('DELETE', `principals/${engine.name}/keys/${engine.key.kid}`)
        break
    }
    const byKey = (): ReturnType<typeof token>[] => [
      token(fixture, { grant_type: grantTypes.jwtBearer, assertion: asserted(user.name) }),
      token(
        fixture,
        {
          grant_type: grantTypes.exchange,
          subject_token: asserted(user.name),
          subject_token_type: tokenTypes.jwt,
        },
        engine.basic,
      ),
    ]
    const renewals = (): ReturnType<typeof token>[] => [
      call(fixture, random, bearer(held)),
      token(
        fixture,
        { grant_type: grantTypes.exchange, subject_token: held, subject_token_type: tokenTypes.accessToken },
        bearer(held),
      ),
    ]
    const tries: Readonly<Record<(typeof steps)[number], () => ReturnType<typeof token>[]>> = {
      'remove the key': () => [
        ...byKey(),
        token(fixture, {
          grant_type: grantTypes.clientCredentials,
          client_assertion: asserted(engine.name),
          client_assertion_type: assertionType,
        }),
      ],
      'disable the user': () => [
        ...renewals(),
        ...byKey(),
        token(fixture, exchange(), engine.basic),
        call(fixture, random, bearer(own)),
        token(fixture, {
          grant_type: grantTypes.clientCredentials,
          client_id: user.name,
          client_secret: user.secret,
        }),
      ],
      'delete the user': () => [
        ...renewals(),
        ...byKey(),
        token(fixture, exchange(), engine.basic),
        call(fixture, random, bearer(own)),
      ],
      // The command revokes only existing sessions. The user may log in again, so this case sends no new login.
      'stop the sessions': () => [...renewals(), call(fixture, random, bearer(own))],
      'disable the engine': () => [
        ...renewals(),
        ...byKey(),
        token(fixture, exchange(), engine.basic),
        token(fixture, exchange(), bearer(engines)),
      ],
      'strike off the engine': () => [
        ...renewals(),
        ...byKey(),
        token(fixture, exchange(), engine.basic),
        token(fixture, exchange(), bearer(engines)),
      ],
      'remove the rule': () => [
        ...renewals(),
        ...byKey(),
        token(fixture, exchange(), engine.basic),
        token(fixture, exchange(), bearer(engines)),
      ],
    }
    const seen = await Promise.all(tries[what]())
    if (what !== 'delete the user') await fixture.must('DELETE', user_)
    await fixture.must('DELETE', `principals/${engine.name}`)
    return { what, seen }
  },
}
