import { afterAll, describe, expect, test } from 'vitest'
import { addWarehouse } from '../access/test-world.ts'
import { testManagement } from './test-management.ts'

const server = await testManagement()
const { admin, as, name, principal } = server
afterAll(() => server[Symbol.asyncDispose]())

describe('roles', () => {
  test('are made, listed, shown and deleted by name or id', async () => {
    const role = name()
    const { status, body } = await as(admin, 'POST /roles', { name: role })
    expect([status, body.name, body.system]).toEqual([201, role, false])
    expect(await as(admin, 'POST /roles', { name: role })).toMatchObject({ status: 409 })
    expect(await as(admin, `GET /roles/${body.id}`)).toMatchObject({ status: 200, body: { name: role } })
    expect(await as(admin, `GET /roles?name=${role}`)).toMatchObject({ body: { roles: [{ id: body.id }] } })
    expect(await as(admin, `DELETE /roles/${role}`)).toMatchObject({ status: 204 })
    expect(await as(admin, `DELETE /roles/${role}`)).toMatchObject({ status: 404 })
  })

  test("the server's own cannot be deleted", async () => {
    expect(await as(admin, 'DELETE /roles/administrators')).toMatchObject({ status: 403 })
  })

  test('give their members what they are granted, until a member is taken out or the role goes', async () => {
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

  test('do not go in circles, also when two add at the same time', async () => {
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
