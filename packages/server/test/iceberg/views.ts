import { openEngine } from '../access/access-fixture.ts'
import { unsigned } from '../oauth/engines.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'
import { deleteEngine, type EngineSettings, insertEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { type Queryable, statement } from '../../src/store/sql.ts'
import { type Send, type TestCaller, type TestServer, testServer, type TestServerOptions } from '../server.ts'
import { schema, viewBody } from './tables.ts'

const namespaceId = statement('test_namespace_id', 'select id from namespace where path = $1')
const relationId = statement('test_relation_id', 'select id from relation where name = $1')

/**
 * The table `raw.t`, views on it in `mart`, their owners, and callers that may select only from the views.
 */
export interface ViewFixture extends AsyncDisposable {
  readonly server: TestServer
  readonly trino: TestCaller
  /** Caller that owns `mart.inner` and may read `raw`. */
  readonly dora: TestCaller
  /** Caller that owns `mart.outer`, which refers to `mart.inner`. */
  readonly erin: TestCaller
  /** Caller that may select from both views, and has no right on `raw`. */
  readonly alice: TestCaller
  make(owner: TestCaller, name: string): Promise<void>
  findId<Kind extends 'namespace' | 'relation'>(kind: Kind, name: string): Promise<{ kind: Kind; id: string }>
  /** Runs a change and waits until the server has the new policy. */
  changed(work?: (tx: Queryable) => Promise<unknown>): Promise<void>
  /**
   * Replaces the registered settings of an engine, by default Trino. By default, the engine may name the views
   * through which it reads a table (`viewChains`). `settings` override the defaults.
   */
  enter(settings: Partial<EngineSettings>, engine?: TestCaller): Promise<void>
  /**
   * Returns a function that sends requests of this user through an engine, by default Trino. The engine names
   * the user without a token of the user.
   */
  as(user: string, engine?: TestCaller): Promise<Send>
}

export async function openViewFixture(options: TestServerOptions): Promise<ViewFixture> {
  const server = await testServer(options)
  const [trino, dora, erin, alice] = [
    await server.caller('trino'),
    await server.caller('dora'),
    await server.caller('erin'),
    await server.caller('alice'),
  ]
  const fixture: ViewFixture = {
    server,
    trino,
    dora,
    erin,
    alice,
    async make(owner, name) {
      const { status } = await owner.send('POST', 'namespaces/mart/views', viewBody(name))
      if (status !== 200) throw new Error(`no view: ${status}`)
    },
    async findId(kind, name) {
      const [row] = await server.sql.run<{ id: string }>(kind === 'namespace' ? namespaceId : relationId, [
        name,
      ])
      if (row === undefined) throw new Error(`no object has the name ${name}`)
      return { kind, id: row.id }
    },
    async changed(work) {
      const version = await server.sql.transaction(async (tx) => {
        const bumped = await bumpPolicy(tx)
        await work?.(tx)
        return bumped
      })
      // The server may not yet have received the notification of the changed policy.
      server.context.deps.policies.saw(version)
    },
    enter: (settings, engine = trino) =>
      fixture.changed(async (tx) => {
        await deleteEngine(tx, engine.id)
        const entry = { ...openEngine, viewChains: true, unsignedSubjects: true, namesIssuer: 'headgate' }
        await insertEngine(tx, engine.id, { ...entry, ...settings })
      }),
    async as(user, engine = trino) {
      const response = await fetch(`${server.url}/v1/oauth/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${engine.token}` },
        body: new URLSearchParams({
          grant_type: grantTypes.tokenExchange,
          subject_token: unsigned({ sub: user }),
          subject_token_type: tokenTypes.jwt,
          actor_token: engine.token,
          actor_token_type: tokenTypes.accessToken,
        }),
      })
      const { access_token: token } = (await response.json()) as { access_token?: string }
      if (token === undefined) throw new Error(`no token: ${response.status}`)
      return (method, where, body, headers) =>
        server.send(method, where, body, { ...headers, authorization: `Bearer ${token}` })
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  const { findId, make } = fixture
  for (const name of ['raw', 'mart']) await server.send('POST', 'namespaces', { namespace: [name] })
  await server.send('POST', 'namespaces/raw/tables', { name: 't', schema })
  const mart = await findId('namespace', 'mart')
  for (const to of [dora, erin]) await server.grant({ privilege: 'create', on: mart, to })
  await server.grant({ privilege: 'select', on: await findId('namespace', 'raw'), to: dora })
  await fixture.changed()
  await make(dora, 'inner')
  await make(erin, 'outer')
  await server.grant({ privilege: 'select', on: await findId('relation', 'inner'), to: erin })
  for (const name of ['inner', 'outer'])
    await server.grant({ privilege: 'select', on: await findId('relation', name), to: alice })
  await fixture.enter({})
  return fixture
}
