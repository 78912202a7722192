import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type IssuerKey, makeIssuerKey } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serverId } from '../../src/reserved-ids.ts'
import { openEngine } from '../access/access-fixture.ts'
import { assertion, unsigned } from '../oauth/engines.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'
import { insertClientKey } from '../../src/store/client-keys.ts'
import { type EngineSettings, insertEngine, updateEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestCaller, type TestServer, testServer } from '../server.ts'
import { readCredential, keyBelow, storageClient, storageOutcome } from './credentials.ts'
import { objectAt, schema, textAt } from './tables.ts'

const permissions = {
  unsignedSubjects: true,
  assertions: true,
  namesIssuer: 'headgate',
  namesAdministrators: true,
} satisfies Partial<EngineSettings>

let server: TestServer
let engine: TestCaller
let key: IssuerKey
let location: string

beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' } })
  await server.send('POST', 'namespaces', { namespace: ['ns'] })
  await server.send('POST', 'namespaces/ns/tables', { name: 't', schema })
  location = textAt(
    objectAt(objectAt((await server.send('GET', 'namespaces/ns/tables/t')).json)['metadata']),
    'location',
  )
  engine = await server.caller('engine')
  key = await makeIssuerKey()
  await server.sql.transaction(async (tx) => {
    await insertEngine(tx, engine.id, { ...openEngine, ...permissions })
    await insertClientKey(tx, engine.id, { id: key.kid, jwk: { ...key.publicJwk } }, 16)
  })
  const [user, administrator] = [await server.caller('user'), await server.caller('administrator')]
  const [row] = await server.sql.run<{ id: string }>(
    statement('test_namespace', 'select id from namespace where path = $1'),
    ['ns'],
  )
  for (const to of [user, administrator])
    await server.grant({ privilege: 'modify', on: { kind: 'namespace', id: row?.id ?? '' }, to })
  await server.grant({ privilege: 'manage', on: { kind: 'server', id: serverId }, to: administrator })
})
afterAll(() => server[Symbol.asyncDispose]())

async function setEntry(settings: Partial<EngineSettings>): Promise<void> {
  const version = await server.sql.transaction(async (tx) => {
    const bumped = await bumpPolicy(tx)
    await updateEngine(tx, engine.id, { ...openEngine, ...permissions, ...settings })
    return bumped
  })
  server.context.deps.policies.saw(version)
}

type Reply = { readonly access_token?: string; readonly error?: string }

async function requestToken(
  parameters: Readonly<Record<string, string>>,
  bearer: string | null,
): Promise<Reply> {
  const response = await fetch(`${server.url}/v1/oauth/tokens`, {
    method: 'POST',
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
    body: new URLSearchParams({ scope: 'catalog', ...parameters }),
  })
  return (await response.json()) as Reply
}

const exchange = (subject: string, type: string, bearer: string): Promise<Reply> =>
  requestToken(
    { grant_type: grantTypes.tokenExchange, subject_token: subject, subject_token_type: type },
    bearer,
  )

type Statement = (user: string) => Promise<Reply>
const byStatement: Statement = (user) => exchange(unsigned({ sub: user, user }), tokenTypes.jwt, engine.token)
const byAssertion: Statement = async (user) =>
  requestToken(
    {
      grant_type: grantTypes.jwtBearer,
      assertion: await assertion(key, { iss: 'engine', sub: user, aud: 'http://headgate.test' }),
    },
    null,
  )

const cases: readonly (readonly [string, Partial<EngineSettings>, string, Statement])[] = [
  ['--unsigned-subjects', { unsignedSubjects: false }, 'user', byStatement],
  ['--assertions', { assertions: false }, 'user', byAssertion],
  ['--names-issuer', { namesIssuer: 'ldap' }, 'user', byStatement],
  ['--names-administrators', { namesAdministrators: false }, 'administrator', byStatement],
]

describe.each(cases)('After an engine entry loses %s', (_, change, user, state) => {
  let token: string
  let credential: ReturnType<typeof readCredential>
  let endpoint: string

  beforeAll(async () => {
    await setEntry({})
    token = (await state(user)).access_token ?? ''
    const authorization = { authorization: `Bearer ${token}` }
    const loaded = await server.send('GET', 'namespaces/ns/tables/t', undefined, {
      ...authorization,
      'x-iceberg-access-delegation': 'vended-credentials',
    })
    credential = readCredential(loaded)
    endpoint = `/${credential.config['client.refresh-credentials-endpoint'] ?? ''}`
    expect(await engine.send('GET', endpoint)).toMatchObject({ status: 200 })
    expect(await put()).toBe('done')
    expect((await exchange(token, tokenTypes.accessToken, token)).access_token).toBeTypeOf('string')
    await setEntry(change)
  })

  const put = (): Promise<string> =>
    storageOutcome(
      storageClient(credential).send(new PutObjectCommand({ ...keyBelow(location, 'f'), Body: 'x' })),
    )

  test('an engine cannot refresh the storage credential of a user that it named, after its entry no longer allows naming this user', async () => {
    expect(await engine.send('GET', endpoint)).toMatchObject({ status: 404 })
    const field = encodeURIComponent(credential.token)
    expect(
      await engine.send('GET', `namespaces/ns/tables/t/credentials?storageRefreshToken=${field}`),
    ).toMatchObject({ status: 404 })
  })

  test("the S3 gateway refuses keys of a user that an engine named, after the engine's entry no longer allows naming this user", async () => {
    expect(await put()).toBe('AccessDenied')
    const get = new GetObjectCommand(keyBelow(location, 'f'))
    expect(await storageOutcome(storageClient(credential).send(get))).toBe('AccessDenied')
  })

  test("the session of a user that an engine named cannot be renewed or used after the engine's entry no longer allows naming this user", async () => {
    expect((await exchange(token, tokenTypes.accessToken, token)).error).toBe('invalid_grant')
    expect((await exchange(token, tokenTypes.accessToken, engine.token)).error).toBe('invalid_grant')
    const asUser: Send = (method, path) =>
      server.send(method, path, undefined, { authorization: `Bearer ${token}` })
    expect(await asUser('GET', 'namespaces/ns/tables/t')).toMatchObject({ status: 403 })
    expect(await asUser('GET', endpoint)).toMatchObject({ status: 403 })
  })
})
