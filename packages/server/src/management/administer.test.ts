import { afterAll, describe, expect, test } from 'vitest'
import { Policies } from '../access/policies.ts'
import { privilegesByOperation } from '../access/privileges-by-operation.ts'
import type { Operation } from '../operation/operation.ts'
import { type Sql, statement } from '../store/sql.ts'
import { managementRoutes } from './routes.ts'
import { managementRoot, PolicyReloaded, testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('Management operations', () => {
  const lines: readonly [string, unknown?][] = [
    ['POST /principals', { name: 'intruder' }],
    ['POST /principals/register', { subject: 'intruder' }],
    ['GET /principals'],
    ['GET /principals/admin'],
    ['DELETE /principals/admin'],
    ['POST /principals/admin/enable'],
    ['POST /principals/admin/disable'],
    ['POST /principals/admin/stop-sessions'],
    ['POST /principals/admin/secrets'],
    ['POST /principals/admin/secrets/import', { clientSecret: 'x'.repeat(43) }],
    ['DELETE /principals/admin/secrets/old'],
    ['POST /principals/admin/keys', { jwk: {} }],
    ['GET /principals/admin/keys'],
    ['DELETE /principals/admin/keys/k'],
    ['POST /principals/admin/access-keys'],
    ['GET /principals/admin/access-keys'],
    ['DELETE /principals/admin/access-keys/k'],
    ['POST /principals/admin/federations', { issuer: 'https://idp', subject: 's' }],
    ['GET /principals/admin/federations'],
    ['POST /principals/admin/federations/remove', { issuer: 'https://idp', subject: 's' }],
    ['POST /engines', { principal: 'admin' }],
    ['GET /engines'],
    ['GET /groups'],
    ['GET /issuers'],
    ['GET /jobs'],
    ['GET /grants?all=true'],
    ['GET /engines/admin'],
    ['PATCH /engines/admin', { administers: true }],
    ['DELETE /engines/admin'],
    ['POST /roles', { name: 'intruders' }],
    ['GET /roles'],
    ['GET /roles/administrators'],
    ['DELETE /roles/administrators'],
    ['GET /roles/administrators/members'],
    ['POST /roles/administrators/members/add', { principal: 'admin' }],
    ['POST /roles/administrators/members/remove', { principal: 'admin' }],
    ['POST /grants', { privilege: 'use', on: 'server', to: { principal: 'admin' } }],
    ['POST /grants/revoke', { privilege: 'use', on: 'server', to: { principal: 'admin' } }],
    ['POST /grants/preview', { action: 'grant', privilege: 'use', on: 'server', to: { principal: 'admin' } }],
    ['GET /grants?server=true'],
    ['GET /audit'],
    ['GET /audit/1/explanation'],
    ['GET /storage-access'],
    ['POST /storage-access/revoke', { principal: 'admin' }],
    ['POST /access/explain', { privilege: 'use', on: 'server', principal: 'somebody' }],
    ['POST /access/check', { checks: [{ privilege: 'use', on: 'server', principal: 'somebody' }] }],
    ['GET /access/who-can?privilege=use&server=true'],
  ]

  const forEverybody = new Set(['whoAmI', 'createConsoleCode', 'listConsoleSessions', 'endConsoleSession'])

  test('every management operation has a test case for its privilege', () => {
    const covered = new Set(
      lines.map(([line]) =>
        line
          .split(' ')
          .map((part) => part.split('?')[0])
          .join(' '),
      ),
    )
    const guarded = server.operations.filter((operation) => operation.id !== 'getManagementOpenapi')
    const patterns = guarded
      .filter(({ id }) => !forEverybody.has(id))
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(managementRoot, '').replace(':principal', 'admin').replace(':role', 'administrators').replace(':engine', 'admin').replace(':key', 'k').replace(':accessKey', 'k').replace(':event', '1')}`,
      )
    expect(patterns.filter((pattern) => !covered.has(pattern))).toEqual([])
    expect(guarded.map(({ id }) => id).filter((id) => !(id in privilegesByOperation))).toEqual([])
  })

  test.each(lines)(
    'the operation %s requires manage on the server, and refuses engines',
    async (line, body) => {
      const { who } = await principal()
      expect(await as(who, line, body)).toMatchObject({ status: 403 })
      await as(admin, 'POST /grants', {
        privilege: 'modify',
        on: 'server',
        to: { principal: who.principal.id },
      })
      expect(await as(who, line, body)).toMatchObject({ status: 403 })
      const engine = await principal()
      await as(admin, 'POST /engines', { principal: engine.clientId, subjects: [{ issuer: 'headgate' }] })
      const delegated = { ...admin, actors: [engine.who.principal] }
      expect(await as(delegated, line, body)).toMatchObject({
        status: 403,
        body: { error: { message: expect.stringContaining('engine') as string } },
      })
    },
  )

  test('the server authorizes an operation again when the policy changed meanwhile, and does not commit the first attempt', async () => {
    const { who, clientId } = await principal()
    await as(admin, 'POST /grants', { privilege: 'manage', on: 'server', to: { principal: clientId } })
    const before = await server.deps.policies.get(who)
    await as(admin, 'POST /grants/revoke', { privilege: 'manage', on: 'server', to: { principal: clientId } })
    const role = name()
    await expect(server.call(who, `POST ${managementRoot}/roles`, { name: role }, before)).rejects.toThrow(
      PolicyReloaded,
    )
    expect((await as(admin, `GET /roles?name=${role}`)).body.roles).toEqual([])
    expect((await as(admin, 'GET /audit?operation=createRole&pageSize=1')).body.events).not.toMatchObject([
      { object: role },
    ])
  })

  test('management operations make no change when the caller loses the right while the request runs', async () => {
    const { who, clientId } = await principal()
    await as(admin, 'POST /grants', { privilege: 'manage', on: 'server', to: { principal: clientId } })
    const role = name()
    const [revoked, made] = await Promise.all([
      as(admin, 'POST /grants/revoke', { privilege: 'manage', on: 'server', to: { principal: clientId } }),
      as(who, 'POST /roles', { name: role }),
    ])
    expect(revoked.status).toBe(200)
    // The role exists only if its creation was committed before the revocation. Otherwise the request was refused.
    const exists = (await as(admin, `GET /roles?name=${role}`)).body.roles.length === 1
    expect(exists).toBe(made.status === 201)
    expect((await as(who, 'POST /roles', { name: name() })).status).toBe(403)
  })

  test('management operations make their change effective on this replica before the notification arrives', async () => {
    const { who, id } = await principal()
    const { sql } = server.store
    const silence = { [Symbol.asyncDispose]: () => Promise.resolve() }
    const deaf: Sql = {
      run: (statement, values) => sql.run(statement, values),
      afterCommit: (callback) => callback(),
      transaction: (work, options) => sql.transaction(work, options),
      listen: () => Promise.resolve(silence),
      readRow: (...args) => sql.readRow(...args),
      readCached: (...args) => sql.readCached(...args),
      ping: (signal) => sql.ping(signal),
      ...silence,
    }
    await using policies = await Policies.open({ sql: deaf })
    expect(await policies.get(who)).toMatchObject({ enabled: true })
    const disable = managementRoutes({ ...server.deps, policies }).find(
      ({ id }) => id === 'disablePrincipal',
    ) as Operation
    expect(await server.run(admin, disable, undefined, { principal: id })).toMatchObject({ status: 200 })
    expect(await policies.get(who)).toMatchObject({ enabled: false })
  })
})

describe('The audit log', () => {
  test('the audit log contains every change with its caller, written in the transaction of the change, and never a secret', async () => {
    const { clientId, clientSecret } = await principal()
    const next = (await as(admin, `POST /principals/${clientId}/secrets`)).body.clientSecret
    await as(admin, 'POST /principals', { name: clientId })
    const { body } = await as(admin, 'GET /audit?principal=admin&pageSize=2')
    expect(body.events).toMatchObject([
      {
        operation: 'addSecret',
        object: clientId,
        outcome: 'allowed',
        principal: 'admin',
        privilege: 'manage',
        userAgent: 'test',
      },
      { operation: 'createPrincipal', object: clientId },
    ])
    const everything = await server.store.sql.run(statement('test-all-audit', 'select * from audit'))
    for (const secret of [clientSecret, next, server.adminSecret])
      expect(JSON.stringify(everything)).not.toContain(secret)
  })

  test('the audit log returns events by time and operation', async () => {
    const future = new Date(Date.now() + 60_000).toISOString()
    expect(await as(admin, `GET /audit?from=${future}`)).toMatchObject({ body: { events: [] } })
    expect(
      (await as(admin, `GET /audit?until=${future}&operation=bootstrapAdministrator`)).body.events,
    ).toHaveLength(1)
    expect(await as(admin, 'GET /audit?from=yesterday')).toMatchObject({ status: 400 })
  })
})
