import { randomUUID } from 'node:crypto'
import { statement } from '../statement.ts'
import { decodeClaims, inSeconds, signJwt, type Claims } from '../../lib/jwt.ts'
import { asCaller, readMember, tablePath } from '../../refresh/catalog-client.ts'
import { demand } from '../../lib/outcome.ts'
import type { Check } from '../check.ts'
import type { LabClient } from '../lab.ts'
import { basic, bearer, grantTypes, tokenTypes } from '../token-endpoint.ts'
import { readActor, toCredential, granted, refused, type Fixture } from '../fixture.ts'

const shown = (token: string): Record<string, string> => ({
  subject_token: token,
  subject_token_type: tokenTypes.accessToken,
})
const stated = (claims: Claims): Record<string, string> => ({
  subject_token: statement(claims),
  subject_token_type: tokenTypes.jwt,
})

function assertion(fixture: Fixture, { name, key }: LabClient, sub: string, more: Claims = {}): string {
  const usual = { iss: name, sub, aud: fixture.uri, iat: inSeconds(0), exp: inSeconds(60), jti: randomUUID() }
  return signJwt(key, { ...usual, ...more })
}

/** Creates a user, and a table that only this user may change. */
async function userWithTable(
  fixture: Fixture,
): Promise<{ readonly user: LabClient; readonly table: string }> {
  const lab = fixture.lab()
  const user = await lab.client(fixture.name())
  const table = `t_${randomUUID().slice(0, 8)}`
  await lab.table(table, user.name, 'modify')
  return { user, table }
}

async function load(fixture: Fixture, table: string, token: string): Promise<number> {
  const { catalog, namespace } = fixture.lab()
  return (await asCaller(catalog, bearer(token)).send('GET', tablePath(catalog, namespace, table))).status
}

async function write(fixture: Fixture, table: string, token: string): Promise<number> {
  const { catalog, namespace } = fixture.lab()
  const body = { requirements: [], updates: [{ action: 'set-properties', updates: { a: randomUUID() } }] }
  return (await asCaller(catalog, bearer(token)).send('POST', tablePath(catalog, namespace, table), { body }))
    .status
}

/** Checks of requests that an engine sends for its users. */
export const behindEngines: readonly Check[] = [
  {
    row: 'S11',
    name: 'exchange',
    about:
      'an authenticated engine exchanges the token of its user: the user is sub, the engine act; other callers cannot',
    async run(fixture) {
      const user = await fixture.lab().client(fixture.name())
      const engine = await fixture.registered()
      const own = await fixture.own(toCredential(user))
      const token = granted(await fixture.exchange(shown(own), engine.basic), 'an exchange')
      demand(
        decodeClaims(token)['sub'] === user.name && readActor(token) === engine.name,
        'sub and act are not user and engine',
      )
      refused(await fixture.exchange(shown(own), {}), 'nobody', 'invalid_client')
      refused(
        await fixture.exchange(shown(own), basic(engine.name, 'wrong')),
        'a wrong secret',
        'invalid_client',
      )
      const issuer = fixture.lab().issuer
      if (issuer === null) return 'tokens of the server itself'
      const other = await fixture.registered({ subjects: [{ issuer: issuer.issuer }] })
      const foreign = issuer.sign({
        sub: 'dora',
        client_id: 'app',
        aud: fixture.lab().audience,
        exp: inSeconds(30),
      })
      const result = granted(await fixture.exchange(shown(foreign), other.basic), 'a token of the issuer')
      demand(
        Number(decodeClaims(result)['exp']) <= inSeconds(31),
        'the result outlives the token of the user',
      )
      return 'tokens of the server itself, and of a configured issuer, whose end bounds the result'
    },
  },
  {
    row: 'S13',
    name: 'act-decides',
    about: 'a session has the rights of the user within the limits of the engine that acts',
    async run(fixture) {
      const { user, table } = await userWithTable(fixture)
      const engine = await fixture.registered({ privileges: ['select'] })
      const own = await fixture.own(toCredential(user))
      const acting = granted(await fixture.exchange(shown(own), engine.basic), 'an exchange')
      demand(
        (await load(fixture, table, acting)) === 200,
        'the server refused to read, although the user and the engine have the right to read',
      )
      demand(
        (await write(fixture, table, acting)) === 403,
        'the engine has no right to write, but the server did not answer its write with 403',
      )
      demand(
        (await write(fixture, table, own)) === 200,
        'the server refused to write, although the user has the right to write',
      )
      return undefined
    },
  },
  {
    row: 'S13',
    name: 'act-from-nobody',
    about: 'the actor is the authenticated client, never a text or the subject of another token',
    async run(fixture) {
      const user = await fixture.lab().client(fixture.name())
      const [engine, other] = [
        await fixture.registered({ unsignedSubjects: true }),
        await fixture.registered(),
      ]
      const own = shown(await fixture.own(toCredential(user)))
      const actor = {
        actor_token: await fixture.own(toCredential(other)),
        actor_token_type: tokenTypes.accessToken,
      }
      refused(
        await fixture.exchange({ ...own, ...actor }, engine.basic),
        'a token exchange with the token of another engine as actor_token',
      )
      refused(
        await fixture.exchange({ ...own, actor_token_type: tokenTypes.accessToken }, engine.basic),
        'a token exchange with an actor_token_type but no actor_token',
        'invalid_request',
      )
      refused(
        await fixture.exchange(stated({ sub: user.name, act: { sub: other.name } }), engine.basic),
        'an unsigned statement about a user that contains an act claim',
      )
      return undefined
    },
  },
  {
    row: 'S13',
    name: 'may-act',
    about: 'may_act in a user’s token limits the actors, at an exchange and in a bearer token',
    async run(fixture) {
      const [lab, issuer] = [fixture.lab(), fixture.issuer()]
      const engine = await fixture.registered({ subjects: [{ issuer: issuer.issuer }] })
      const party = { issuer: issuer.issuer, subject: `at-${engine.name}` }
      await lab.must('POST', `principals/${engine.name}/federations`, party)
      const token = (claims: Claims): string =>
        issuer.sign({ sub: 'dora', client_id: 'app', aud: lab.audience, ...claims })
      const exchange = (may_act: unknown): ReturnType<Fixture['exchange']> =>
        fixture.exchange(shown(token({ may_act })), engine.basic)
      const [itself, other] = [{ sub: party.subject }, { sub: 'another' }]
      const own = granted(await exchange(itself), 'the engine that may act')
      demand(readActor(own) === engine.name, 'the engine does not act')
      refused(await exchange(other), 'another engine', 'invalid_grant')
      refused(
        await exchange({ ...itself, iss: 'https://other.example' }),
        'a token whose may_act claim names a party of another issuer',
      )
      for (const nobody of [{}, '', 7, []])
        refused(await exchange(nobody), `may_act ${JSON.stringify(nobody)}`)
      const { status } = await fixture.config(bearer(token({ act: itself, may_act: itself })))
      demand(status !== 401, 'a bearer whose actor may act is refused')
      await fixture.refuses(
        token({ act: itself, may_act: other }),
        'a bearer token whose actor is not allowed by its may_act claim',
      )
      return undefined
    },
  },
  {
    row: 'S14',
    name: 'registry',
    about: 'only an engine acts for users, and only for users that its entry admits',
    async run(fixture) {
      const lab = fixture.lab()
      const [user, other, plain] = await Promise.all([1, 2, 3].map(() => lab.client(fixture.name())))
      demand(user !== undefined && other !== undefined && plain !== undefined, 'there are no clients')
      const engine = await fixture.registered({ subjects: [{ issuer: 'headgate', pattern: user.name }] })
      const own = await fixture.own(toCredential(user))
      refused(
        await fixture.exchange(shown(own), plain.basic),
        'a token exchange by a client that is not an engine',
        'unauthorized_client',
      )
      granted(await fixture.exchange(shown(own), engine.basic), 'a user that is admitted')
      refused(
        await fixture.exchange(shown(await fixture.own(toCredential(other))), engine.basic),
        'another user',
        'invalid_grant',
      )
      // A client that is not an engine may exchange its own token for a new one, but may not act for others.
      const itself = await fixture.exchange(shown(await fixture.own(toCredential(engine))), engine.basic)
      demand(itself.token === null || readActor(itself.token) === undefined, 'it acts for itself as its user')
      return undefined
    },
  },
  {
    row: 'S14',
    name: 'first-calls',
    about:
      'without a user, an engine may do nothing, read the configuration, or use its own grants, as its entry states',
    async run(fixture) {
      const lab = fixture.lab()
      const { table } = await userWithTable(fixture)
      const seen: string[] = []
      for (const [firstCalls, config, reading] of [
        ['deny', 403, 403],
        ['config-only', 200, 403],
        ['service', 200, 200],
      ] as const) {
        const engine = await fixture.registered({ firstCalls })
        await lab.grant(engine.name, 'select', {})
        const token = await fixture.own(toCredential(engine))
        const got = [(await fixture.config(bearer(token))).status, await load(fixture, table, token)]
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
    about:
      'an engine names its user in a signed assertion that is valid once, only for this server, and never for an administrator',
    async run(fixture) {
      const lab = fixture.lab()
      const user = await lab.client(fixture.name())
      const engine = await fixture.registered({ assertions: true })
      const use = (text: string): ReturnType<Fixture['token']> =>
        fixture.token({ grant_type: grantTypes.jwtBearer, assertion: text })
      const text = assertion(fixture, engine, user.name, { query_id: 'q-1' })
      const token = granted(await use(text), 'an assertion')
      demand(
        decodeClaims(token)['sub'] === user.name && readActor(token) === engine.name,
        'sub and act are not user and engine',
      )
      refused(await use(text), 'an assertion that was used before', 'invalid_grant')
      refused(
        await use(assertion(fixture, engine, user.name, { aud: 'https://other.example' })),
        'another audience',
        'invalid_grant',
      )
      refused(
        await use(assertion(fixture, engine, user.name, { exp: inSeconds(3_600) })),
        'a long life',
        'invalid_grant',
      )
      refused(await use(assertion(fixture, engine, lab.admin.name)), 'an administrator', 'invalid_grant')
      refused(
        await use(assertion(fixture, { ...engine, key: user.key }, user.name)),
        'another key',
        'invalid_grant',
      )
      return undefined
    },
  },
  {
    row: 'S17',
    name: 'iceberg-dialect',
    about: 'the requests of unmodified Trino work for an engine that may name users, and for no other client',
    async run(fixture) {
      const engine = fixture.options.engine ?? (await statingEngine(fixture))
      const service = await fixture.own(engine)
      const form = {
        ...stated({ sub: engine.user, user: engine.user, source: 'trino-cli' }),
        scope: fixture.options.scope,
        actor_token: service,
        actor_token_type: tokenTypes.accessToken,
      }
      const token = granted(await fixture.exchange(form, bearer(service)), 'the exchange of Trino')
      demand(decodeClaims(token)['sub'] === engine.user, 'the token belongs to another principal')
      demand(readActor(token) !== undefined, 'the token does not say who acts')
      const { actor_token: _, actor_token_type: __, ...alone } = form
      refused(await fixture.exchange(alone, {}), 'a token exchange without authentication')
      refused(
        await fixture.exchange(alone, bearer(token)),
        'a token exchange that only a token of a user authenticates',
      )
      granted(
        await fixture.exchange(shown(token), bearer(token)),
        'the renewal of a token as in the Java client of Iceberg',
      )
      const basicly = await fixture.exchange(shown(token), basic(engine.id, engine.secret))
      demand(
        basicly.token === null || decodeClaims(basicly.token)['sub'] === engine.user,
        'Basic authentication converts the user’s session into the engine’s',
      )
      return undefined
    },
  },
  {
    row: 'S20',
    name: 'at-once',
    about:
      'tokens are refused from the next call on when their user or engine is disabled, their sessions are stopped, or their engine is no longer registered',
    async run(fixture) {
      const lab = fixture.lab()
      const changes: readonly ((user: LabClient, engine: LabClient) => Promise<unknown>)[] = [
        (user) => lab.must('POST', `principals/${user.name}/disable`),
        (user) => lab.must('POST', `principals/${user.name}/stop-sessions`),
        (_, engine) => lab.must('POST', `principals/${engine.name}/disable`),
        (_, engine) => lab.must('DELETE', `engines/${engine.name}`),
      ]
      for (const [which, change] of changes.entries()) {
        const { user, table } = await userWithTable(fixture)
        const engine = await fixture.registered()
        const token = granted(
          await fixture.exchange(shown(await fixture.own(toCredential(user))), engine.basic),
          'an exchange',
        )
        demand((await load(fixture, table, token)) === 200, 'the token did not work before')
        await change(user, engine)
        const status = await load(fixture, table, token)
        demand(status === 401, `change ${which + 1}: expected 401, got ${status}`)
        refused(
          await fixture.exchange(shown(token), bearer(token)),
          `a renewal of the session after change ${which + 1}`,
        )
      }
      return `${changes.length} ways`
    },
  },
  {
    row: 'S21',
    name: 'audit',
    about: 'the audit names the user, the engine and its query',
    async run(fixture) {
      const lab = fixture.lab()
      const { user, table } = await userWithTable(fixture)
      const engine = await fixture.registered({ unsignedSubjects: true })
      const query = `q_${randomUUID().slice(0, 8)}`
      const response = await fixture.exchange(stated({ sub: user.name, query_id: query }), engine.basic)
      demand((await write(fixture, table, granted(response, 'an exchange'))) === 200, 'the write failed')
      const events = readMember(
        await lab.must('GET', `audit?principal=${user.name}&operation=updateTable`),
        'events',
      )
      const event: unknown = Array.isArray(events) ? events[0] : undefined
      const actors = readMember(event, 'actors')
      demand(Array.isArray(actors) && actors[0] === engine.name, 'the event does not name the engine')
      demand(readMember(event, 'queryId') === query, 'the event does not name the query')
      return undefined
    },
  },
]

async function statingEngine(fixture: Fixture): Promise<{ id: string; secret: string; user: string }> {
  if (fixture.options.lab === undefined) return fixture.engine()
  const { user } = await userWithTable(fixture)
  return { ...toCredential(await fixture.registered({ unsignedSubjects: true })), user: user.name }
}
