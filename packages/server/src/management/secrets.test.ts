import { afterAll, describe, expect, test } from 'vitest'
import { testIssuer, testManagement } from '../../test/management/management.ts'
import { checkClientSecret, generateSecret } from '../identity/client-secret.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('importSecret', () => {
  test('importSecret adds an existing secret of a client only once, and no response contains the secret', async () => {
    const [subject, clientSecret] = [name(), generateSecret()]
    await as(admin, 'POST /principals/register', { subject })
    const line = `POST /principals/${subject}/secrets/import`
    expect(await as(admin, line, { clientSecret })).toEqual({ status: 200, body: { changed: true } })
    expect(await as(admin, line, { clientSecret })).toEqual({ status: 200, body: { changed: false } })
    expect(await checkClientSecret(server.store.sql, subject, clientSecret, 0)).toMatchObject({ ok: true })
    expect(await as(admin, `GET /principals/${subject}`)).toMatchObject({ body: { secrets: { length: 1 } } })
  })

  test('importSecret refuses texts that are not 32 bytes in base64url, and its errors do not contain these texts', async () => {
    const { clientId } = await principal()
    for (const clientSecret of ['password', generateSecret().slice(1), `${generateSecret()}=`, 5]) {
      const reply = await as(admin, `POST /principals/${clientId}/secrets/import`, { clientSecret })
      expect(reply.status).toBe(400)
      expect(reply.body.error.message).not.toContain(String(clientSecret))
    }
  })

  test('importSecret refuses the secret of another client, a third secret, and principals of other issuers', async () => {
    const [one, other] = [await principal(), await principal()]
    const take = (who: string, clientSecret: string) =>
      as(admin, `POST /principals/${encodeURIComponent(who)}/secrets/import`, { clientSecret })
    expect(await take(one.clientId, other.clientSecret)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('Another client') as string } },
    })
    expect(await take(one.clientId, generateSecret())).toMatchObject({ body: { changed: true } })
    expect(await take(one.clientId, generateSecret())).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('two secrets') as string } },
    })
    const subject = name()
    await as(admin, 'POST /principals/register', { issuer: testIssuer, subject })
    expect(await take(`${testIssuer}#${subject}`, generateSecret())).toMatchObject({ status: 400 })
  })

  test('importSecret refuses callers that do not administer the server', async () => {
    const { who, clientId } = await principal()
    const reply = await as(who, `POST /principals/${clientId}/secrets/import`, {
      clientSecret: generateSecret(),
    })
    expect(reply.status).toBe(403)
  })
})
