import { afterAll, describe, expect, test } from 'vitest'
import { addWarehouse } from '../../test/access/access-fixture.ts'
import { testManagement } from '../../test/management/management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('The role operations', () => {
  test('the server creates, lists, shows and deletes roles by name or id', async () => {
    const role = name()
    const { status, body } = await as(admin, 'POST /roles', { name: role })
    expect([status, body.name, body.system]).toEqual([201, role, false])
    expect(await as(admin, 'POST /roles', { name: role })).toMatchObject({ status: 409 })
    expect(await as(admin, `GET /roles/${body.id}`)).toMatchObject({ status: 200, body: { name: role } })
    expect(await as(admin, `GET /roles?name=${role}`)).toMatchObject({ body: { roles: [{ id: body.id }] } })
    expect(await as(admin, `DELETE /roles/${role}`)).toMatchObject({ status: 204 })
    expect(await as(admin, `DELETE /roles/${role}`)).toMatchObject({ status: 404 })
  })

  test('the server refuses to delete its built-in roles', async () => {
    expect(await as(admin, 'DELETE /roles/administrators')).toMatchObject({ status: 403 })
  })

  test('the server refuses to remove the role through which the caller itself administers, and lets other administrators remove it', async () => {
    const refused = { status: 400, body: { error: { message: /you could not administer the server/ } } }
    const other = await principal()
    const [role, inner] = [name(), name()]
    for (const each of [role, inner]) await as(admin, 'POST /roles', { name: each })
    await as(admin, 'POST /grants', { privilege: 'manage', on: 'server', to: { role } })
    await as(admin, `POST /roles/${role}/members/add`, { role: inner })
    await as(admin, `POST /roles/${inner}/members/add`, { principal: other.clientId })
    const self = { principal: 'admin' }
    for (const [who, line, body] of [
      [admin, 'POST /roles/administrators/members/remove', self],
      [admin, 'POST /grants/revoke', { privilege: 'manage', on: 'server', to: { role: 'administrators' } }],
      [other.who, `POST /roles/${inner}/members/remove`, { principal: other.clientId }],
      [other.who, `POST /roles/${role}/members/remove`, { role: inner }],
      [other.who, `POST /grants/revoke`, { privilege: 'manage', on: 'server', to: { role } }],
      [other.who, `DELETE /roles/${inner}`, undefined],
      [other.who, `DELETE /roles/${role}`, undefined],
    ] as const) {
      const { status, body: responseBody } = await as(who, line, body)
      expect([line, status]).toEqual([line, refused.status])
      expect(responseBody.error?.message).toMatch(refused.body.error.message)
    }
    expect(await as(other.who, 'GET /roles')).toMatchObject({ status: 200 })
    await as(admin, 'POST /grants', { privilege: 'manage', on: 'server', to: self })
    const remove = 'POST /roles/administrators/members/remove'
    expect(await as(admin, remove, self)).toMatchObject({ status: 200, body: { changed: true } })
    await as(admin, 'POST /roles/administrators/members/add', self)
    expect(await as(admin, `DELETE /roles/${inner}`)).toMatchObject({ status: 204 })
    expect(await as(other.who, 'GET /roles')).toMatchObject({ status: 403 })
    await as(admin, 'POST /grants/revoke', { privilege: 'manage', on: 'server', to: self })
  })

  test('the members of a role have its rights until the member is removed or the role is deleted', async () => {
    const warehouse = name()
    await addWarehouse(server.store.sql, warehouse)
    const { clientId, who } = await principal()
    const [inner, outer] = [name(), name()]
    for (const role of [inner, outer]) await as(admin, 'POST /roles', { name: role })
    expect(await as(admin, `POST /roles/${inner}/members/add`, { principal: clientId })).toEqual({
      status: 200,
      body: { changed: true },
    })
    expect(await as(admin, `POST /roles/${inner}/members/add`, { principal: clientId })).toEqual({
      status: 200,
      body: { changed: false },
    })
    await as(admin, `POST /roles/${outer}/members/add`, { role: inner })
    await as(admin, 'POST /grants', { privilege: 'manage', on: { warehouse }, to: { role: outer } })
    const may = async (): Promise<number> => (await as(who, `GET /grants?warehouse=${warehouse}`)).status
    expect(await may()).toBe(200)
    expect(await as(admin, `GET /roles/${outer}/members`)).toMatchObject({
      body: { members: [{ kind: 'role', name: inner }] },
    })
    await as(admin, `POST /roles/${inner}/members/remove`, { principal: clientId })
    expect(await may()).toBe(404)
    await as(admin, `POST /roles/${inner}/members/add`, { principal: clientId })
    expect(await may()).toBe(200)
    await as(admin, `DELETE /roles/${inner}`)
    expect(await may()).toBe(404)
  })

  test('the server refuses cycles of roles, also with concurrent requests', async () => {
    const [a, b, c] = [name(), name(), name()]
    for (const role of [a, b, c]) await as(admin, 'POST /roles', { name: role })
    expect(await as(admin, `POST /roles/${a}/members/add`, { role: a })).toMatchObject({ status: 400 })
    await as(admin, `POST /roles/${a}/members/add`, { role: b })
    const both = await Promise.all([
      as(admin, `POST /roles/${b}/members/add`, { role: c }),
      as(admin, `POST /roles/${c}/members/add`, { role: a }),
    ])
    expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['200', '400'])
  })
})
