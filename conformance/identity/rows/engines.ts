import { randomUUID } from 'node:crypto'
import { statement } from '../statement.ts'
import { claimsOf, inSeconds, signJwt, type Claims } from '../../lib/jwt.ts'
import { asCaller, memberOf, tablePath } from '../../refresh/catalog-client.ts'
import { demand } from '../../lib/outcome.ts'
import type { Check } from '../check.ts'
import type { LabClient } from '../lab.ts'
import { basic, bearer, grantTypes, tokenTypes } from '../token-endpoint.ts'
import { actorOf, credentialOf, granted, refused, type World } from '../world.ts'

const shown = (token: string): Record<string, string> => ({
  subject_token: token,
  subject_token_type: tokenTypes.accessToken,
})
const stated = (claims: Claims): Record<string, string> => ({
  subject_token: statement(claims),
  subject_token_type: tokenTypes.jwt,
})

function assertion(world: World, { name, key }: LabClient, sub: string, more: Claims = {}): string {
  const usual = { iss: name, sub, aud: world.uri, iat: inSeconds(0), exp: inSeconds(60), jti: randomUUID() }
  return signJwt(key, { ...usual, ...more })
}

/** A user with a table that they may change. */
async function userWithTable(world: World): Promise<{ readonly user: LabClient; readonly table: string }> {
  const lab = world.lab()
  const user = await lab.client(world.name())
  const table = `t_${randomUUID().slice(0, 8)}`
  await lab.table(table, user.name, 'modify')
  return { user, table }
}

async function load(world: World, table: string, token: string): Promise<number> {
  const { catalog, namespace } = world.lab()
  return (await asCaller(catalog, bearer(token)).send('GET', tablePath(catalog, namespace, table))).status
}

async function write(world: World, table: string, token: string): Promise<number> {
  const { catalog, namespace } = world.lab()
  const body = { requirements: [], updates: [{ action: 'set-properties', updates: { a: randomUUID() } }] }
  return (await asCaller(catalog, bearer(token)).send('POST', tablePath(catalog, namespace, table), { body }))
    .status
}

/** Users behind engines. */
export const behindEngines: readonly Check[] = [
  {
    row: 'S11',
    name: 'exchange',
    about:
      'an authenticated engine exchanges the token of its user: the user is sub, the engine act; nobody else can',
    async run(world) {
      const user = await world.lab().client(world.name())
      const engine = await world.registered()
      const own = await world.own(credentialOf(user))
      const token = granted(await world.exchange(shown(own), engine.basic), 'an exchange')
      demand(
        claimsOf(token)['sub'] === user.name && actorOf(token) === engine.name,
        'sub and act are not user and engine',
      )
      refused(await world.exchange(shown(own), {}), 'nobody', 'invalid_client')
      refused(
        await world.exchange(shown(own), basic(engine.name, 'wrong')),
        'a wrong secret',
        'invalid_client',
      )
      const issuer = world.lab().issuer
      if (issuer === null) return 'tokens of the server itself'
      const other = await world.registered({ subjects: [{ issuer: issuer.issuer }] })
      const foreign = issuer.sign({
        sub: 'dora',
        client_id: 'app',
        aud: world.lab().audience,
        exp: inSeconds(30),
      })
      const result = granted(await world.exchange(shown(foreign), other.basic), 'a token of the issuer')
      demand(Number(claimsOf(result)['exp']) <= inSeconds(31), 'the result outlives the token of the user')
      return 'tokens of the server itself, and of a configured issuer, whose end bounds the result'
    },
  },
  {
    row: 'S13',
    name: 'act-decides',
    about: 'who acts decides what can be done: the rights of the user within the limits of the engine',
    async run(world) {
      const { user, table } = await userWithTable(world)
      const engine = await world.registered({ privileges: ['select'] })
      const own = await world.own(credentialOf(user))
      const acting = granted(await world.exchange(shown(own), engine.basic), 'an exchange')
      demand((await load(world, table, acting)) === 200, 'reading, which both may, is refused')
      demand((await write(world, table, acting)) === 403, 'writing, which the engine may not, is not 403')
      demand((await write(world, table, own)) === 200, 'writing, which the user may, is refused')
      return undefined
    },
  },
  {
    row: 'S13',
    name: 'act-from-nobody',
    about: 'who acts comes from who authenticates, never from a text or another’s token',
    async run(world) {
      const user = await world.lab().client(world.name())
      const [engine, other] = [await world.registered({ unsignedSubjects: true }), await world.registered()]
      const own = shown(await world.own(credentialOf(user)))
      const actor = {
        actor_token: await world.own(credentialOf(other)),
        actor_token_type: tokenTypes.accessToken,
      }
      refused(
        await world.exchange({ ...own, ...actor }, engine.basic),
        'the token of another engine as actor',
      )
      refused(
        await world.exchange({ ...own, actor_token_type: tokenTypes.accessToken }, engine.basic),
        'a type without an actor',
        'invalid_request',
      )
      refused(
        await world.exchange(stated({ sub: user.name, act: { sub: other.name } }), engine.basic),
        'an act in a statement',
      )
      return undefined
    },
  },
  {
    row: 'S13',
    name: 'may-act',
    about: 'may_act in a user’s token says who alone may act for them, at an exchange and in a bearer',
    async run(world) {
      const [lab, issuer] = [world.lab(), world.issuer()]
      const engine = await world.registered({ subjects: [{ issuer: issuer.issuer }] })
      const party = { issuer: issuer.issuer, subject: `at-${engine.name}` }
      await lab.must('POST', `principals/${engine.name}/federations`, party)
      const token = (claims: Claims): string =>
        issuer.sign({ sub: 'dora', client_id: 'app', aud: lab.audience, ...claims })
      const exchange = (may_act: unknown): ReturnType<World['exchange']> =>
        world.exchange(shown(token({ may_act })), engine.basic)
      const [itself, other] = [{ sub: party.subject }, { sub: 'another' }]
      const own = granted(await exchange(itself), 'the engine that may act')
      demand(actorOf(own) === engine.name, 'the engine does not act')
      refused(await exchange(other), 'another engine', 'invalid_grant')
      refused(await exchange({ ...itself, iss: 'https://other.example' }), 'one of another issuer')
      for (const nobody of [{}, '', 7, []])
        refused(await exchange(nobody), `may_act ${JSON.stringify(nobody)}`)
      const { status } = await world.config(bearer(token({ act: itself, may_act: itself })))
      demand(status !== 401, 'a bearer whose actor may act is refused')
      await world.refuses(token({ act: itself, may_act: other }), 'a bearer whose actor may not act')
      return undefined
    },
  },
  {
    row: 'S14',
    name: 'registry',
    about: 'who is no engine acts for nobody, and an engine for those alone whom its entry admits',
    async run(world) {
      const lab = world.lab()
      const [user, other, plain] = await Promise.all([1, 2, 3].map(() => lab.client(world.name())))
      demand(user !== undefined && other !== undefined && plain !== undefined, 'there are no clients')
      const engine = await world.registered({ subjects: [{ issuer: 'headgate', pattern: user.name }] })
      const own = await world.own(credentialOf(user))
      refused(
        await world.exchange(shown(own), plain.basic),
        'a client that is no engine',
        'unauthorized_client',
      )
      granted(await world.exchange(shown(own), engine.basic), 'a user that is admitted')
      refused(
        await world.exchange(shown(await world.own(credentialOf(other))), engine.basic),
        'another user',
        'invalid_grant',
      )
      // Its own token is renewed, at most: nobody acts for it.
      const itself = await world.exchange(shown(await world.own(credentialOf(engine))), engine.basic)
      demand(itself.token === null || actorOf(itself.token) === undefined, 'it acts for itself as its user')
      return undefined
    },
  },
  {
    row: 'S14',
    name: 'first-calls',
    about:
      'without a user an engine may do what its entry says: nothing, the configuration, or what it was granted',
    async run(world) {
      const lab = world.lab()
      const { table } = await userWithTable(world)
      const seen: string[] = []
      for (const [firstCalls, config, reading] of [
        ['deny', 403, 403],
        ['config-only', 200, 403],
        ['service', 200, 200],
      ] as const) {
        const engine = await world.registered({ firstCalls })
        await lab.grant(engine.name, 'select', {})
        const token = await world.own(credentialOf(engine))
        const got = [(await world.config(bearer(token))).status, await load(world, table, token)]
        demand(
          got[0] === config && got[1] === reading,
          `${firstCalls}: configuration ${got[0]}, reading ${got[1]}`,
        )
        seen.push(`${firstCalls}: ${got.join(' and ')}`)
      }
      return seen.join(', ')
    },
  },
  {
    row: 'S16',
    name: 'assertion',
    about: 'an engine asserts its user by its signature, once, for this server alone, and no administrator',
    async run(world) {
      const lab = world.lab()
      const user = await lab.client(world.name())
      const engine = await world.registered({ assertions: true })
      const use = (text: string): ReturnType<World['token']> =>
        world.token({ grant_type: grantTypes.jwtBearer, assertion: text })
      const text = assertion(world, engine, user.name, { query_id: 'q-1' })
      const token = granted(await use(text), 'an assertion')
      demand(
        claimsOf(token)['sub'] === user.name && actorOf(token) === engine.name,
        'sub and act are not user and engine',
      )
      refused(await use(text), 'the same again', 'invalid_grant')
      refused(
        await use(assertion(world, engine, user.name, { aud: 'https://other.example' })),
        'another audience',
        'invalid_grant',
      )
      refused(
        await use(assertion(world, engine, user.name, { exp: inSeconds(3_600) })),
        'a long life',
        'invalid_grant',
      )
      refused(await use(assertion(world, engine, lab.admin.name)), 'an administrator', 'invalid_grant')
      refused(
        await use(assertion(world, { ...engine, key: user.key }, user.name)),
        'another key',
        'invalid_grant',
      )
      return undefined
    },
  },
  {
    row: 'S17',
    name: 'iceberg-dialect',
    about: 'what unmodified Trino sends works for an engine that may state users, and for nobody else',
    async run(world) {
      const engine = world.options.engine ?? (await statingEngine(world))
      const service = await world.own(engine)
      const form = {
        ...stated({ sub: engine.user, user: engine.user, source: 'trino-cli' }),
        scope: world.options.scope,
        actor_token: service,
        actor_token_type: tokenTypes.accessToken,
      }
      const token = granted(await world.exchange(form, bearer(service)), 'the exchange of Trino')
      demand(claimsOf(token)['sub'] === engine.user, 'the token is of somebody else')
      demand(actorOf(token) !== undefined, 'the token does not say who acts')
      const { actor_token: _, actor_token_type: __, ...alone } = form
      refused(await world.exchange(alone, {}), 'the same by nobody')
      refused(await world.exchange(alone, bearer(token)), 'the same by a user')
      granted(await world.exchange(shown(token), bearer(token)), 'the renewal of Iceberg’s client')
      const basicly = await world.exchange(shown(token), basic(engine.id, engine.secret))
      demand(
        basicly.token === null || claimsOf(basicly.token)['sub'] === engine.user,
        'Basic turns the user’s session into the engine’s',
      )
      return undefined
    },
  },
  {
    row: 'S20',
    name: 'at-once',
    about:
      'disabling a user or an engine, stopping sessions and striking an engine off end its tokens with the next call',
    async run(world) {
      const lab = world.lab()
      const changes: readonly ((user: LabClient, engine: LabClient) => Promise<unknown>)[] = [
        (user) => lab.must('POST', `principals/${user.name}/disable`),
        (user) => lab.must('POST', `principals/${user.name}/stop-sessions`),
        (_, engine) => lab.must('POST', `principals/${engine.name}/disable`),
        (_, engine) => lab.must('DELETE', `engines/${engine.name}`),
      ]
      for (const [which, change] of changes.entries()) {
        const { user, table } = await userWithTable(world)
        const engine = await world.registered()
        const token = granted(
          await world.exchange(shown(await world.own(credentialOf(user))), engine.basic),
          'an exchange',
        )
        demand((await load(world, table, token)) === 200, 'the token did not work before')
        await change(user, engine)
        const status = await load(world, table, token)
        demand(status === 401, `change ${which + 1}: expected 401, got ${status}`)
        refused(await world.exchange(shown(token), bearer(token)), `a renewal after change ${which + 1}`)
      }
      return `${changes.length} ways`
    },
  },
  {
    row: 'S21',
    name: 'audit',
    about: 'the audit names the user, the engine and its query',
    async run(world) {
      const lab = world.lab()
      const { user, table } = await userWithTable(world)
      const engine = await world.registered({ unsignedSubjects: true })
      const query = `q_${randomUUID().slice(0, 8)}`
      const answer = await world.exchange(stated({ sub: user.name, query_id: query }), engine.basic)
      demand((await write(world, table, granted(answer, 'an exchange'))) === 200, 'the write failed')
      const events = memberOf(
        await lab.must('GET', `audit?principal=${user.name}&operation=updateTable`),
        'events',
      )
      const event: unknown = Array.isArray(events) ? events[0] : undefined
      const actors = memberOf(event, 'actors')
      demand(Array.isArray(actors) && actors[0] === engine.name, 'the event does not name the engine')
      demand(memberOf(event, 'queryId') === query, 'the event does not name the query')
      return undefined
    },
  },
]

async function statingEngine(world: World): Promise<{ id: string; secret: string; user: string }> {
  if (world.options.lab === undefined) return world.engine()
  const { user } = await userWithTable(world)
  return { ...credentialOf(await world.registered({ unsignedSubjects: true })), user: user.name }
}
