import { afterAll, describe, expect, test } from 'vitest'
import { findExternalPrincipal } from '../store/external-principals.ts'
import { testIssuer, testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

const register = 'POST /principals/register'

describe('registerPrincipal', () => {
  test('registerPrincipal creates a client without a secret', async () => {
    const subject = name()
    expect(await as(admin, register, { subject })).toMatchObject({
      status: 201,
      body: { issuer: 'headgate', subject, name: subject, kind: 'service', enabled: true },
    })
    expect(await as(admin, `GET /principals/${subject}`)).toMatchObject({ body: { secrets: [] } })
    expect(await as(admin, register, { subject })).toMatchObject({ status: 409 })
    expect(await as(admin, 'POST /principals', { name: subject })).toMatchObject({ status: 409 })
  })

  test('registerPrincipal creates a user of another issuer, who can receive grants before the first request', async () => {
    const subject = name()
    expect(await as(admin, register, { issuer: testIssuer, subject, name: 'Ann' })).toMatchObject({
      status: 201,
      body: { issuer: testIssuer, subject, name: 'Ann', kind: 'user' },
    })
    const reference = `${testIssuer}#${subject}`
    const grant = { privilege: 'use', on: 'server', to: { principal: reference } }
    expect(await as(admin, 'POST /grants', grant)).toMatchObject({ status: 200, body: { changed: true } })
    expect(await findExternalPrincipal(server.store.sql, testIssuer, subject)).toMatchObject({
      login: null,
      lastLoginAt: 0,
    })
    expect(await as(admin, register, { issuer: testIssuer, subject })).toMatchObject({ status: 409 })
  })

  test('registerPrincipal refuses an unknown issuer, unless an engine may name users of this issuer', async () => {
    const [engine, subject] = [await principal(), name()]
    const user = { issuer: 'ldap', subject }
    expect(await as(admin, register, user)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('no tokens of the issuer ldap') as string } },
    })
    const entry = { principal: engine.clientId, namesIssuer: 'ldap', makesPrincipals: true }
    await as(admin, 'POST /engines', entry)
    expect(await as(admin, register, user)).toMatchObject({ status: 201, body: { issuer: 'ldap' } })
    const first = { issuer: 'files', subject, allowUnknownIssuer: true }
    expect(await as(admin, register, first)).toMatchObject({ status: 201, body: { issuer: 'files' } })
  })

  test('registerPrincipal refuses client ids that are not valid names, and names that differ from the client id', async () => {
    for (const body of [{ subject: 'a b' }, { subject: 'anonymous' }, { subject: 'a', name: 'b' }, {}])
      expect(await as(admin, register, body)).toMatchObject({ status: 400 })
  })

  test('registerPrincipal refuses callers that do not administer the server', async () => {
    const { who } = await principal()
    expect(await as(who, register, { subject: name() })).toMatchObject({ status: 403 })
  })
})
