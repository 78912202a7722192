import { openEngine } from '../access/test-world.ts'
import { unsigned } from '../oauth/test-engines.ts'
import { grantTypes, tokenTypes } from '../oauth/token-types.ts'
import { deleteEngine, type EngineSettings, insertEngine } from '../store/engines.ts'
import { bumpPolicy } from '../store/policies.ts'
import { type Queryable, statement } from '../store/sql.ts'
import {
  type Send,
  type TestCaller,
  type TestServer,
  testServer,
  type TestServerOptions,
} from '../test-server.ts'
import { schema, viewBody } from './test-tables.ts'

const namespaceId = statement('test_namespace_id', 'select id from namespace where path = $1')
const relationId = statement('test_relation_id', 'select id from relation where name = $1')

/** The table `raw.t`, views upon it in `mart`, those who own them, and who may select from the views alone. */
export interface ViewWorld extends AsyncDisposable {
  readonly server: TestServer
  readonly trino: TestCaller
  /** Owns `mart.inner` and may read `raw`. */
  readonly dora: TestCaller
  /** Owns `mart.outer`, which refers to `mart.inner`. */
  readonly erin: TestCaller
  /** May select from both, and knows nothing of `raw`. */
  readonly alice: TestCaller
  make(owner: TestCaller, name: string): Promise<void>
  idOf<Kind extends 'namespace' | 'relation'>(kind: Kind, name: string): Promise<{ kind: Kind; id: string }>
  /** Does this and makes sure that the server knows. */
  changed(work?: (tx: Queryable) => Promise<unknown>): Promise<void>
  /** Makes an engine's entry anew, Trino's by default: one that is believed about views, but for these settings. */
  enter(settings: Partial<EngineSettings>, engine?: TestCaller): Promise<void>
  /** This user, behind an engine, by default Trino, which states the name. */
  as(user: string, engine?: TestCaller): Promise<Send>
}

export async function viewWorld(options: TestServerOptions): Promise<ViewWorld> {
  const server = await testServer(options)
  const [trino, dora, erin, alice] = [
    await server.caller('trino'),
    await server.caller('dora'),
    await server.caller('erin'),
    await server.caller('alice'),
  ]
  const world: ViewWorld = {
    server,
    trino,
    dora,
    erin,
    alice,
    async make(owner, name) {
      const { status } = await owner.send('POST', 'namespaces/mart/views', viewBody(name))
      if (status !== 200) throw new Error(`no view: ${status}`)
    },
    async idOf(kind, name) {
      const [row] = await server.sql.run<{ id: string }>(kind === 'namespace' ? namespaceId : relationId, [
        name,
      ])
      if (row === undefined) throw new Error(`nothing is called ${name}`)
      return { kind, id: row.id }
    },
    async changed(work) {
      const version = await server.sql.transaction(async (tx) => {
        const bumped = await bumpPolicy(tx)
        await work?.(tx)
        return bumped
      })
      // The news of it may still be on its way.
      server.context.parts.policies.saw(version)
    },
    enter: (settings, engine = trino) =>
      world.changed(async (tx) => {
        await deleteEngine(tx, engine.id)
        const entry = { ...openEngine, viewChains: true, unsignedSubjects: true, namesIssuer: 'headgate' }
        await insertEngine(tx, engine.id, { ...entry, ...settings })
      }),
    async as(user, engine = trino) {
      const answer = await fetch(`${server.url}/v1/oauth/tokens`, {
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
      const { access_token: token } = (await answer.json()) as { access_token?: string }
      if (token === undefined) throw new Error(`no token: ${answer.status}`)
      return (method, where, body, headers) =>
        server.send(method, where, body, { ...headers, authorization: `Bearer ${token}` })
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  const { idOf, make } = world
  for (const name of ['raw', 'mart']) await server.send('POST', 'namespaces', { namespace: [name] })
  await server.send('POST', 'namespaces/raw/tables', { name: 't', schema })
  const mart = await idOf('namespace', 'mart')
  for (const to of [dora, erin]) await server.grant({ privilege: 'create', on: mart, to })
  await server.grant({ privilege: 'select', on: await idOf('namespace', 'raw'), to: dora })
  await world.changed()
  await make(dora, 'inner')
  await make(erin, 'outer')
  await server.grant({ privilege: 'select', on: await idOf('relation', 'inner'), to: erin })
  for (const name of ['inner', 'outer'])
    await server.grant({ privilege: 'select', on: await idOf('relation', name), to: alice })
  await world.enter({})
  return world
}
