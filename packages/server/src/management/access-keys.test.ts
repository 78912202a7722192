import { afterAll, describe, expect, test } from 'vitest'
import { testIssuer, testManagement } from '../../test/management/management.ts'
import { isAccessKeyId } from '../identity/access-keys/access-key.ts'
import { AccessKeys } from '../identity/access-keys/access-keys.ts'
import { statement } from '../store/sql.ts'

const server = await testManagement()
const { admin, as, name, principal, master } = server
afterAll(() => server[Symbol.asyncDispose]())

const { sql } = server.store
const everyRow = statement('test_access_keys', `select row_to_json(k)::text as text from access_key k`)

describe('The operations for access keys', () => {
  test('addAccessKey returns a working access key, and no other response or row contains its secret', async () => {
    const { clientId, id } = await principal()
    const line = `/principals/${clientId}/access-keys`
    const { status, body } = await as(admin, `POST ${line}`)
    const { accessKeyId, secretAccessKey } = body
    expect(status).toBe(201)
    expect(Object.keys(body).toSorted()).toEqual(['accessKeyId', 'createdAt', 'secretAccessKey'])
    expect(isAccessKeyId(accessKeyId)).toBe(true)
    const keys = new AccessKeys({ sql, master, mark: () => server })
    expect(await keys.find(accessKeyId)).toMatchObject({
      secret: secretAccessKey,
      identity: { principal: { id }, method: 'access-key' },
    })
    expect(await as(admin, `GET ${line}`)).toEqual({
      status: 200,
      body: { accessKeys: [{ accessKeyId, createdAt: expect.any(String) as string }] },
    })
    for (const { text } of await sql.run<{ text: string }>(everyRow)) {
      expect(text).not.toContain(secretAccessKey)
      expect(text).not.toContain(Buffer.from(secretAccessKey).toString('hex'))
    }
    const { events } = (await as(admin, `GET /audit?operation=addAccessKey&pageSize=1`)).body
    expect(events).toMatchObject([{ object: clientId, outcome: 'allowed', detail: { key: accessKeyId } }])
    expect(JSON.stringify(events)).not.toContain(secretAccessKey)
  })

  test('a principal has at most two access keys, so that one can be replaced without an interruption', async () => {
    const { clientId } = await principal()
    const line = `/principals/${clientId}/access-keys`
    const made = [await as(admin, `POST ${line}`), await as(admin, `POST ${line}`)]
    expect(await as(admin, `POST ${line}`)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('two access keys') as string } },
    })
    const [old = '', young] = made.map(({ body }) => body.accessKeyId)
    expect(await as(admin, `DELETE ${line}/${old}`)).toMatchObject({ status: 204 })
    expect(await as(admin, `DELETE ${line}/${old}`)).toMatchObject({ status: 404 })
    expect((await as(admin, `GET ${line}`)).body.accessKeys.map(({ accessKeyId }) => accessKeyId)).toEqual([
      young,
    ])
    const { events } = (await as(admin, `GET /audit?operation=removeAccessKey&outcome=allowed&pageSize=1`))
      .body
    expect(events).toMatchObject([{ object: clientId, detail: { key: old } }])
    expect(await as(admin, `POST ${line}`)).toMatchObject({ status: 201 })
  })

  test('removeAccessKey removes an access key only from its own principal', async () => {
    const [one, other] = [await principal(), await principal()]
    const { accessKeyId } = (await as(admin, `POST /principals/${one.clientId}/access-keys`)).body
    expect(await as(admin, `DELETE /principals/${other.clientId}/access-keys/${accessKeyId}`)).toMatchObject({
      status: 404,
    })
    expect((await as(admin, `GET /principals/${one.clientId}/access-keys`)).body.accessKeys).toHaveLength(1)
  })

  test('addAccessKey refuses principals of other issuers and unknown principals', async () => {
    const subject = name()
    await as(admin, 'POST /principals/register', { issuer: testIssuer, subject })
    const user = encodeURIComponent(`${testIssuer}#${subject}`)
    expect(await as(admin, `POST /principals/${user}/access-keys`)).toMatchObject({ status: 400 })
    expect(await as(admin, `POST /principals/${name()}/access-keys`)).toMatchObject({ status: 404 })
  })

  test('all operations for access keys require manage on the server', async () => {
    const { who, clientId } = await principal()
    const { accessKeyId } = (await as(admin, `POST /principals/${clientId}/access-keys`)).body
    const line = `/principals/${clientId}/access-keys`
    for (const each of [`POST ${line}`, `GET ${line}`, `DELETE ${line}/${accessKeyId}`])
      expect(await as(who, each)).toMatchObject({ status: 403 })
  })

  test('deletePrincipal deletes the access keys of the principal', async () => {
    const { clientId } = await principal()
    const { accessKeyId } = (await as(admin, `POST /principals/${clientId}/access-keys`)).body
    await as(admin, `DELETE /principals/${clientId}`)
    const left = await sql.run<{ text: string }>(everyRow)
    expect(left.filter(({ text }) => text.includes(accessKeyId))).toEqual([])
  })
})
