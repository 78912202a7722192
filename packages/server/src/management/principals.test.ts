import { afterAll, describe, expect, test } from 'vitest'
import { addPrincipal } from '../../test/access/access-fixture.ts'
import { checkClientSecret } from '../identity/client-secret.ts'
import { statement } from '../store/sql.ts'
import { type Reply, testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('The principal operations', () => {
  test('the server creates a principal with a valid secret, which only this response contains', async () => {
    const reply = await as(admin, 'POST /principals', { name: 'etl' })
    expect(reply).toMatchObject({
      status: 201,
      body: { principal: { name: 'etl', subject: 'etl', enabled: true }, secret: { clientId: 'etl' } },
    })
    expect(await checkClientSecret(server.store.sql, 'etl', reply.body.secret.clientSecret, 0)).toMatchObject(
      { ok: true },
    )
    const shown = await as(admin, 'GET /principals/etl')
    expect(shown).toMatchObject({
      status: 200,
      body: { principal: { id: reply.body.principal.id }, secrets: [{}] },
    })
    expect(JSON.stringify(shown.body)).not.toContain(reply.body.secret.clientSecret)
    expect(await as(admin, `GET /principals/${reply.body.principal.id}`)).toEqual(shown)
    expect(await as(admin, 'POST /principals', { name: 'etl' })).toMatchObject({ status: 409 })
  })

  test.each([
    '',
    'a:b',
    'a b',
    'größe',
    '-x',
    'x'.repeat(129),
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'anonymous',
    'Headgate',
    5,
    null,
  ])('the server refuses %j as the name of a principal', async (bad) => {
    expect(await as(admin, 'POST /principals', { name: bad })).toMatchObject({ status: 400 })
  })

  test('the principal operations refuse unknown members and parameters', async () => {
    expect(await as(admin, 'POST /principals', { name: name(), admin: true })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('admin') as string } },
    })
    expect(await as(admin, 'GET /principals?nmae=x')).toMatchObject({ status: 400 })
    expect(await as(admin, 'GET /principals?name=x&name=y')).toMatchObject({ status: 400 })
    expect(await as(admin, 'POST /principals', [])).toMatchObject({ status: 400 })
    expect(await as(admin, 'POST /principals')).toMatchObject({ status: 400 })
  })

  test('the server lists principals page by page, each principal once', async () => {
    for (let index = 0; index < 5; index += 1) await principal()
    const names: string[] = []
    let token: string | null = ''
    do {
      const { body }: Reply = await as(
        admin,
        `GET /principals?pageSize=2&pageToken=${encodeURIComponent(token ?? '')}`,
      )
      names.push(...body.principals.map((each) => each.name))
      expect(body.principals.length).toBeLessThanOrEqual(2)
      token = body.nextPageToken
    } while (token !== null)
    expect(names).toEqual([...new Set(names)].toSorted())
    expect(names.length).toBeGreaterThan(5)
    expect(await as(admin, 'GET /principals?name=admin')).toMatchObject({
      body: { principals: [{ name: 'admin' }], nextPageToken: null },
    })
    expect(await as(admin, 'GET /principals?pageToken=junk')).toMatchObject({ status: 400 })
    expect(await as(admin, 'GET /principals?pageSize=0')).toMatchObject({ status: 400 })
  })

  test('the server refuses calls of disabled principals until they are enabled again', async () => {
    const { clientId, clientSecret, who } = await principal()
    const check = async (): Promise<boolean> =>
      (await checkClientSecret(server.store.sql, clientId, clientSecret, 0)).ok
    expect(await as(admin, `POST /principals/${clientId}/disable`)).toMatchObject({
      status: 200,
      body: { enabled: false },
    })
    expect(await check()).toBe(false)
    expect(await server.deps.policies.get(who)).toMatchObject({ enabled: false })
    expect(await as(admin, `POST /principals/${clientId}/enable`)).toMatchObject({
      status: 200,
      body: { enabled: true },
    })
    expect(await check()).toBe(true)
    expect(await as(admin, 'POST /principals/nobody/disable')).toMatchObject({ status: 404 })
  })

  test('the server invalidates older tokens when the sessions of a principal are stopped, and keeps the secrets', async () => {
    const { clientId, clientSecret, who } = await principal()
    expect(await as(admin, `POST /principals/${clientId}/stop-sessions`)).toMatchObject({ status: 200 })
    expect(await server.deps.policies.get({ ...who, issuedAt: Date.now() - 10_000 })).toMatchObject({
      enabled: false,
    })
    expect(await checkClientSecret(server.store.sql, clientId, clientSecret, 0)).toMatchObject({ ok: true })
  })

  test('the server rotates the secrets of a principal without an interruption', async () => {
    const { clientId, clientSecret } = await principal()
    const works = async (secret: string): Promise<boolean> =>
      (await checkClientSecret(server.store.sql, clientId, secret, 0)).ok
    const next = (await as(admin, `POST /principals/${clientId}/secrets`)).body.clientSecret
    expect([await works(clientSecret), await works(next)]).toEqual([true, true])
    expect(await as(admin, `POST /principals/${clientId}/secrets`)).toMatchObject({ status: 409 })
    expect(await as(admin, `DELETE /principals/${clientId}/secrets/old`)).toMatchObject({ status: 204 })
    expect([await works(clientSecret), await works(next)]).toEqual([false, true])
    expect(await as(admin, `DELETE /principals/${clientId}/secrets/old`)).toMatchObject({ status: 404 })
  })

  test('the server refuses tokens of a deleted principal, also when another principal is created under the same name', async () => {
    const { clientId, who } = await principal()
    expect(await as(admin, `DELETE /principals/${clientId}`)).toMatchObject({ status: 204 })
    expect(await as(admin, `GET /principals/${clientId}`)).toMatchObject({ status: 404 })
    await as(admin, 'POST /principals', { name: clientId })
    expect(await server.deps.policies.get(who)).toMatchObject({ enabled: false })
  })

  test('the server refuses requests of a principal to disable or delete itself', async () => {
    expect(await as(admin, 'POST /principals/admin/disable')).toMatchObject({ status: 400 })
    expect(await as(admin, 'DELETE /principals/admin')).toMatchObject({ status: 400 })
  })
})

test('two principals of other issuers may have the same subject, and neither is the client with this client id', async () => {
  const { clientId } = await principal()
  const other = await addPrincipal(server.store.sql, name())
  await server.store.sql.run(
    statement(
      'test-foreign',
      `update principal set issuer = 'https://idp.example', subject = $2 where id = $1`,
    ),
    [other.principal.id, clientId],
  )
  expect((await as(admin, `GET /principals/${clientId}`)).body.principal.id).not.toBe(other.principal.id)
  expect(await as(admin, `POST /principals/${other.principal.id}/secrets`)).toMatchObject({ status: 400 })
})
