import { afterAll, describe, expect, test } from 'vitest'
import { addNamespace, addRelation, addWarehouse } from '../../test/access/access-fixture.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { type Reply, testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

interface Place {
  readonly warehouse: string
  readonly table: { warehouse: string; namespace: string[]; relation: string }
}

async function place(): Promise<Place> {
  const warehouse = name()
  const { sql } = server.store
  const top = await addWarehouse(sql, warehouse)
  const inner = await addNamespace(sql, await addNamespace(sql, top, 'a'), 'a\u001fb.c')
  await addRelation(sql, inner, 't')
  return { warehouse, table: { warehouse, namespace: ['a', 'b.c'], relation: 't' } }
}

describe('A grant of several privileges', () => {
  test('several privileges can be granted and revoked in one request', async () => {
    const { warehouse } = await place()
    const { clientId } = await principal()
    const request = { privileges: ['modify', 'create'], on: { warehouse }, to: { principal: clientId } }
    const held = async (): Promise<readonly string[]> =>
      (await as(admin, `GET /grants?principal=${clientId}`)).body.grants.map(({ privilege }) => privilege)
    expect(await as(admin, 'POST /grants', request)).toEqual({ status: 200, body: { changed: true } })
    expect(await held()).toEqual(['create', 'modify'])
    const more = { ...request, privileges: ['create', 'select'] }
    expect(await as(admin, 'POST /grants', more)).toEqual({ status: 200, body: { changed: true } })
    expect(await as(admin, 'POST /grants', more)).toEqual({ status: 200, body: { changed: false } })
    expect(await as(admin, 'POST /grants/revoke', request)).toEqual({ status: 200, body: { changed: true } })
    expect(await held()).toEqual(['select'])
  })

  test('the server grants all privileges or none: the caller must be allowed to grant each, and each must apply to the object', async () => {
    const { warehouse, table } = await place()
    const [manager, other] = [await principal(), await principal()]
    const on = { warehouse }
    await as(admin, 'POST /grants', { privilege: 'manage', on, to: { principal: manager.clientId } })
    const request = { privileges: ['select', 'administer-storage'], on, to: { principal: other.clientId } }
    for (const privileges of [request.privileges, request.privileges.toReversed()])
      expect(await as(manager.who, 'POST /grants', { ...request, privileges })).toMatchObject({ status: 403 })
    const onTable = { ...request, privileges: ['modify', 'create'], on: table }
    expect(await as(admin, 'POST /grants', onTable)).toMatchObject({ status: 400 })
    expect(await as(admin, `GET /grants?principal=${other.clientId}`)).toMatchObject({ body: { grants: [] } })
  })

  test('the server refuses grant requests that contain both members privilege and privileges, or neither of them', async () => {
    const request = { on: 'server', to: { principal: 'admin' } }
    for (const named of [{}, { privileges: [] }, { privilege: 'use', privileges: ['select'] }])
      expect(await as(admin, 'POST /grants', { ...request, ...named })).toMatchObject({ status: 400 })
  })
})

describe('The preview of a grant', () => {
  test('a preview lists the principals that gain or lose a privilege by a role, and changes nothing', async () => {
    const { table } = await place()
    const [member, other] = [await principal(), await principal()]
    const role = name()
    await as(admin, 'POST /roles', { name: role })
    await as(admin, `POST /roles/${role}/members/add`, { principal: member.clientId })
    await as(admin, `POST /roles/${role}/members/add`, { principal: other.clientId })
    const grant = { privilege: 'select', on: table, to: { role } }
    const own = { privilege: 'modify', on: table, to: { principal: other.clientId } }
    await as(admin, 'POST /grants', own)
    const preview = async (action: string): Promise<Record<string, readonly string[]>> => {
      const { status, body } = await as(admin, 'POST /grants/preview', { action, ...grant })
      expect(status).toBe(200)
      const [effect] = body.effects
      const ids = (rows: readonly { readonly id: string }[] = []): readonly string[] =>
        rows.map(({ id }) => id)
      return { gains: ids(effect?.gains), loses: ids(effect?.loses) }
    }
    expect(await preview('grant')).toEqual({ gains: [member.id], loses: [] })
    expect(await preview('revoke')).toEqual({ gains: [], loses: [] })
    expect(await as(admin, `GET /grants?role=${role}`)).toMatchObject({ body: { grants: [] } })
    await as(admin, 'POST /grants', grant)
    expect(await preview('revoke')).toEqual({ gains: [], loses: [member.id] })
    expect((await as(admin, `GET /grants?role=${role}`)).body.grants).toHaveLength(1)
  })
})

describe('A restricted grant', () => {
  const rows = `region = 'eu'`

  test('the preview of a revocation of select takes restricted grants into account', async () => {
    const { table } = await place()
    const member = await principal()
    const to = { principal: member.clientId }
    await as(admin, 'POST /grants', { privilege: 'select', on: table, to, rows })
    await as(admin, 'POST /grants', { privilege: 'use', on: table, to })
    const request = { action: 'revoke', privileges: ['select', 'use'], on: table, to }
    const { body } = await as(admin, 'POST /grants/preview', request)
    expect(body).toMatchObject({ effects: [{ loses: [] }, { privilege: 'use', loses: [{ id: member.id }] }] })
  })

  test('a grant of select can be restricted to rows and columns, listed, replaced and revoked', async () => {
    const { table } = await place()
    const { clientId } = await principal()
    const request = { privilege: 'select', on: table, to: { principal: clientId } }
    const listed = async (): Promise<unknown> =>
      (await as(admin, `GET /grants?principal=${clientId}`)).body.grants.map((grant) => [
        grant.privilege,
        Reflect.get(grant, 'restriction'),
      ])
    const give = (more: object) => as(admin, 'POST /grants', { ...request, ...more })
    expect((await give({ rows })).body).toEqual({ changed: true })
    expect((await give({ rows })).body).toEqual({ changed: false })
    expect(await listed()).toEqual([['select', { rows, columns: null }]])
    expect((await give({ rows, columns: ['id'] })).body).toEqual({ changed: true })
    expect(await listed()).toEqual([['select', { rows, columns: ['id'] }]])
    expect((await give({})).body).toEqual({ changed: true })
    expect(await listed()).toEqual([
      ['select', undefined],
      ['select', { rows, columns: ['id'] }],
    ])
    expect((await as(admin, 'POST /grants/revoke', request)).body).toEqual({ changed: true })
    expect(await listed()).toEqual([])
  })

  test('a restricted grant implies use, not select, and the explanation shows its restriction', async () => {
    const { table } = await place()
    const { clientId, who } = await principal()
    const to = { principal: clientId }
    await as(admin, 'POST /grants', { privilege: 'select', rows, on: table, to })
    const explain = async (privilege: string): Promise<object> =>
      (await as(who, 'POST /access/explain', { privilege, on: table })).body
    expect(await explain('select')).toMatchObject({ outcome: 'deny', effective: ['use'] })
    expect(await explain('use')).toMatchObject({
      outcome: 'allow',
      deciding: { privilege: 'select', restriction: { rows, columns: null } },
    })
  })

  test('the server refuses a malformed restriction, and one of another privilege', async () => {
    const { table } = await place()
    const { clientId } = await principal()
    const request = { privilege: 'select', on: table, to: { principal: clientId } }
    for (const more of [
      { rows: 'region =' },
      { rows: '' },
      { columns: [] },
      { privilege: 'modify', rows },
      { privilege: undefined, privileges: ['select', 'modify'], rows },
    ])
      expect(await as(admin, 'POST /grants', { ...request, ...more })).toMatchObject({ status: 400 })
    expect(await as(admin, 'POST /grants/revoke', { ...request, rows })).toMatchObject({ status: 400 })
  })
})

describe('The grant operations', () => {
  test('the server lists all grants to administrators, page by page', async () => {
    const { warehouse, table } = await place()
    const { clientId, who } = await principal()
    const to = { principal: clientId }
    for (const on of ['server', { warehouse }, table])
      await as(admin, 'POST /grants', { privilege: 'use', on, to })
    const seen: unknown[] = []
    let token = ''
    do {
      const { body } = await as(admin, `GET /grants?all=true&pageSize=2${token}`)
      seen.push(...body.grants)
      token = body.nextPageToken === null ? '' : `&pageToken=${body.nextPageToken}`
    } while (token !== '')
    for (const on of ['server', { warehouse }, table])
      expect(seen).toContainEqual(
        expect.objectContaining({ on, to: expect.objectContaining({ name: clientId }) as object }),
      )
    expect(new Set(seen.map((grant) => JSON.stringify(grant))).size).toBe(seen.length)
    expect(await as(admin, 'GET /grants?all=true&role=administrators')).toMatchObject({ status: 400 })
    await as(admin, 'POST /grants', { privilege: 'manage', on: { warehouse }, to })
    expect(await as(who, 'GET /grants?all=true')).toMatchObject({ status: 403 })
  })

  test('the server grants and revokes on every kind of object, and lists grants by object and by grantee', async () => {
    const { warehouse, table } = await place()
    const { clientId, who, id } = await principal()
    const places = ['server', { warehouse }, { warehouse, namespace: ['a'] }, table] as const
    for (const on of places) {
      const request = { privilege: 'select', on, to: { principal: clientId } }
      expect(await as(admin, 'POST /grants', request)).toEqual({ status: 200, body: { changed: true } })
      expect(await as(admin, 'POST /grants', request)).toEqual({ status: 200, body: { changed: false } })
    }
    const byGrantee = await as(admin, `GET /grants?principal=${clientId}`)
    expect(byGrantee.body.grants).toHaveLength(4)
    expect(byGrantee.body.grants.map(({ on }) => on)).toEqual(expect.arrayContaining([...places]))
    expect(
      await as(admin, `GET /grants?warehouse=${warehouse}&namespace=a&namespace=b.c&relation=t`),
    ).toMatchObject({
      body: {
        grants: [{ privilege: 'select', on: table, to: { kind: 'principal', id, name: clientId } }],
        nextPageToken: null,
      },
    })
    expect((await as(who, `GET /grants?principal=${clientId}`)).body).toEqual(byGrantee.body)
    for (const on of places) {
      const request = { privilege: 'select', on, to: { principal: id } }
      expect(await as(admin, 'POST /grants/revoke', request)).toEqual({
        status: 200,
        body: { changed: true },
      })
      expect(await as(admin, 'POST /grants/revoke', request)).toEqual({
        status: 200,
        body: { changed: false },
      })
    }
    expect(await as(admin, `GET /grants?principal=${clientId}`)).toMatchObject({ body: { grants: [] } })
  })

  test('the server lists grants in pages', async () => {
    const { warehouse } = await place()
    for (let index = 0; index < 3; index += 1)
      await as(admin, 'POST /grants', {
        privilege: 'use',
        on: { warehouse },
        to: { principal: (await principal()).clientId },
      })
    const first = await as(admin, `GET /grants?warehouse=${warehouse}&pageSize=2`)
    const rest = await as(
      admin,
      `GET /grants?warehouse=${warehouse}&pageSize=2&pageToken=${first.body.nextPageToken}`,
    )
    expect([first.body.grants.length, rest.body.grants.length, rest.body.nextPageToken]).toEqual([2, 1, null])
    expect(await as(admin, `GET /grants?server=true&pageToken=${first.body.nextPageToken}`)).toMatchObject({
      status: 400,
    })
  })

  test.each<[string, unknown]>([
    [
      'the privilege create on a table',
      { privilege: 'create', on: { warehouse: 'w', namespace: ['a'], relation: 't' }, to: { role: 'x' } },
    ],
    ['an unknown privilege', { privilege: 'own', on: 'server', to: { role: 'x' } }],
    [
      'a relation without a namespace',
      { privilege: 'use', on: { warehouse: 'w', relation: 't' }, to: { role: 'x' } },
    ],
    ['no grantee', { privilege: 'use', on: 'server', to: {} }],
    ['two grantees', { privilege: 'use', on: 'server', to: { role: 'x', principal: 'y' } }],
    ['another kind of object', { privilege: 'use', on: 'everything', to: { role: 'x' } }],
  ])('the grant operations answer 400 to a request with %s', async (_name, body) => {
    expect(await as(admin, 'POST /grants', body)).toMatchObject({ status: 400 })
  })

  test('the grant operations return 404 for an object or grantee that does not exist', async () => {
    const { warehouse } = await place()
    expect(
      await as(admin, 'POST /grants', {
        privilege: 'use',
        on: { warehouse: 'nothing' },
        to: { principal: 'admin' },
      }),
    ).toMatchObject({ status: 404 })
    expect(
      await as(admin, 'POST /grants', {
        privilege: 'use',
        on: { warehouse, namespace: ['x'] },
        to: { principal: 'admin' },
      }),
    ).toMatchObject({ status: 404 })
    expect(
      await as(admin, 'POST /grants', { privilege: 'use', on: { warehouse }, to: { role: 'nothing' } }),
    ).toMatchObject({ status: 404 })
  })

  test('the server lets only managers of an object grant privileges on it, and hidden objects are reported as missing', async () => {
    const { warehouse, table } = await place()
    const manager = await principal()
    const other = await principal()
    await as(admin, 'POST /grants', {
      privilege: 'manage',
      on: { warehouse, namespace: ['a'] },
      to: { principal: manager.clientId },
    })
    const grantTo = (who: ProvenIdentity, on: unknown): Promise<Reply> =>
      as(who, 'POST /grants', { privilege: 'select', on, to: { principal: other.clientId } })
    expect(await grantTo(manager.who, table)).toMatchObject({ status: 200 })
    // Both callers may see the objects, because each has a right on or in the warehouse, but they cannot grant
    // privileges on them.
    expect(await grantTo(manager.who, { warehouse })).toMatchObject({ status: 403 })
    expect(await grantTo(manager.who, 'server')).toMatchObject({ status: 403 })
    expect(await grantTo(other.who, table)).toMatchObject({ status: 403 })
    const hidden = await grantTo(other.who, { warehouse, namespace: ['zzz'] })
    expect(await grantTo((await principal()).who, { warehouse, namespace: ['a'] })).toEqual({
      status: hidden.status,
      body: JSON.parse(JSON.stringify(hidden.body).replace('zzz', 'a')) as unknown,
    })
  })

  test('the server refuses to list the grants of another principal, whether it exists or not', async () => {
    const { who } = await principal()
    const replies = await Promise.all(
      ['admin', 'nobody-at-all'].map((each) => as(who, `GET /grants?principal=${each}`)),
    )
    expect(replies[0]).toEqual(replies[1])
    expect(replies[0]?.status).toBe(403)
  })
})
