import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../access/compile-policy.ts'
import { dropTarget } from '../catalog/commit/drop-relation.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { bare, type TestPlace, type TestTable, testTable } from '../../test/jobs/purge/table.ts'
import { jobsFor, relationExists, startTestJobs, until } from '../../test/jobs/jobs.ts'
import { insertNamespace } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import { statement } from '../store/sql.ts'
import { requireRelation } from './find-object.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import { PolicyReloaded, type Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
const all = everything(randomUUID(), 0)
let made = 0
beforeAll(async () => {
  fixture = await testWarehouseManagement()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

/** Creates a warehouse with a separate folder for its tables, and with a namespace `sales`. */
async function freshWarehouse(): Promise<{ warehouse: Warehouse; place: TestPlace; name: string }> {
  const name = `wh-${(made += 1)}`
  const root = `${fixture.folder}/${name}`
  await admin('POST /warehouses', { name, storage: { type: 'file', root } })
  const warehouse = await fixture.deps.warehouses.get(name)
  if (warehouse === null) throw new Error('not made')
  const place = { warehouseId: warehouse.id, namespaceId: await addNamespace(warehouse, ['sales']), root }
  return { warehouse, place, name }
}

async function addNamespace(
  { id }: Pick<Warehouse, 'id'>,
  levels: string[],
  ownerId: string = randomUUID(),
  parentId: string | null = null,
): Promise<string> {
  const namespace = { id: randomUUID(), warehouseId: id, parentId, levels, ownerId, properties: {} }
  await insertNamespace(fixture.deps.sql, namespace, await record())
  return namespace.id
}

async function record(): Promise<typeof bare> {
  return { ...bare, policyVersion: await policyVersion(fixture.deps.sql) }
}

async function table(warehouse: Warehouse, place: TestPlace): Promise<TestTable & { name: string }> {
  const made = await testTable(fixture.deps.sql, warehouse.storage, place, {
    snapshots: 1,
    record: await record(),
  })
  return { ...made, name: `t_${made.id.slice(0, 8)}` }
}

async function dropIt(
  warehouse: Warehouse,
  name: string,
  options: { purge?: boolean; namespace?: string[] } = {},
): Promise<void> {
  const { found } = await requireRelation(fixture.deps, all, warehouse, options.namespace ?? ['sales'], name)
  await dropTarget(
    fixture.deps,
    { target: found, purge: options.purge ?? false, principalId: fixture.server.admin.principal.id },
    await record(),
  )
}

const details = (
  name: string,
  relation: string,
  who: ProvenIdentity = fixture.server.admin,
): Promise<Reply> => fixture.as(who, `GET /warehouses/${name}/relation?namespace=sales&relation=${relation}`)

describe('A grant on a dropped table', () => {
  it('the lists of grants show dropped: true for a grant on a dropped table', async () => {
    const { name, warehouse, place } = await freshWarehouse()
    const { name: relation } = await table(warehouse, place)
    const on = { warehouse: name, namespace: ['sales'], relation }
    await admin('POST /grants', { privilege: 'select', on, to: { role: 'administrators' } })
    const listed = async (): Promise<readonly unknown[]> =>
      (await admin('GET /grants?role=administrators')).body.grants.filter(
        (grant) => grant.privilege === 'select',
      )
    expect(await listed()).toEqual([expect.not.objectContaining({ dropped: true })])
    await dropIt(warehouse, relation)
    expect(await listed()).toMatchObject([{ on, dropped: true }])
  })
})

describe('restoreDropped and purgeDropped', () => {
  it('restoreDropped restores an unchanged table under its old name', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    const before = await details(name, t.name)
    await dropIt(warehouse, t.name, { purge: true })
    expect(await details(name, t.name)).toMatchObject({ status: 404 })
    const { body } = await admin(`GET /warehouses/${name}/dropped`)
    expect(body).toMatchObject({
      dropped: [
        {
          id: t.id,
          namespace: ['sales'],
          name: t.name,
          kind: 'table',
          location: t.location,
          purge: true,
          purging: false,
          droppedBy: fixture.server.admin.principal.id,
        },
      ],
      nextPageToken: null,
    })
    const [kept] = body.dropped
    expect(Date.parse(kept?.expiresAt ?? '') - Date.parse(kept?.droppedAt ?? '')).toBe(604_800_000)
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})).toEqual({
      status: 200,
      body: { id: t.id, namespace: ['sales'], name: t.name },
    })
    const after = await details(name, t.name)
    expect({ ...after.body, version: before.body.version }).toEqual(before.body)
    expect((await admin(`GET /warehouses/${name}/dropped`)).body.dropped).toEqual([])
    const [event] = (await admin('GET /audit?operation=restoreDropped&pageSize=1')).body.events
    expect(event).toMatchObject({
      object: `${name}:sales.${t.name}`,
      detail: { restoredAs: `sales.${t.name}` },
      privilege: 'manage',
    })
  })

  it('restoreDropped restores a table under another name and in another namespace', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    await addNamespace(warehouse, ['other'])
    await dropIt(warehouse, t.name)
    const restored = await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {
      namespace: ['other'],
      name: 'again',
    })
    expect(restored).toMatchObject({ status: 200, body: { namespace: ['other'], name: 'again' } })
    expect((await requireRelation(fixture.deps, all, warehouse, ['other'], 'again')).found.relation.id).toBe(
      t.id,
    )
  })

  it('restoreDropped refuses a name that another object has now', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    const other = await table(warehouse, place)
    await fixture.deps.sql.run(statement('test_rename', 'update relation set name = $2 where id = $1'), [
      other.id,
      t.name,
    ])
    const refused = await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'already-exists', message: `Table already exists: sales.${t.name}` } },
    })
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, { name: 'free' })).toMatchObject({
      status: 200,
    })
  })

  it('restoreDropped refuses a namespace that does not exist', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    await fixture.deps.sql.run(statement('test_drop_namespace', 'delete from namespace where id = $1'), [
      place.namespaceId,
    ])
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-namespace' } },
    })
    expect((await admin(`GET /warehouses/${name}/dropped`)).body.dropped).toMatchObject([
      { id: t.id, namespace: ['sales'] },
    ])
    await addNamespace(warehouse, ['sales'])
    expect(
      await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, { namespace: ['sales'] }),
    ).toMatchObject({ status: 200 })
  })

  it('purgeDropped purges a dropped table, also when the drop requested no purge, and restoreDropped then refuses to restore the table', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    const woken = fixture.woken()
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/purge`)).toMatchObject({ status: 204 })
    expect(fixture.woken()).toBe(woken + 1)
    const refused = await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})
    expect(refused).toMatchObject({
      status: 409,
      body: {
        error: {
          message: `The purge of the dropped table or view ${t.id} has begun and may have deleted files, so it cannot be restored.`,
        },
      },
    })
    expect((await admin(`GET /warehouses/${name}/dropped`)).body.dropped).toMatchObject([
      { id: t.id, purging: true },
    ])
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/purge`)).toMatchObject({ status: 409 })
    await using _ = startTestJobs(fixture.deps)
    await until(async () => !(await relationExists(fixture.deps.sql, t.id)))
    expect(await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})).toMatchObject({ status: 404 })
    for await (const entry of warehouse.storage.list(`${place.root}/`)) expect(entry).toBeUndefined()
  })

  it('the server executes either the restore or the purge when both are requested at the same time', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    for (let round = 0; round < 10; round += 1) {
      const t = await table(warehouse, place)
      await dropIt(warehouse, t.name)
      const [restored, purged] = await Promise.all([
        admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {}),
        admin(`POST /warehouses/${name}/dropped/${t.id}/purge`),
      ])
      const live = (await details(name, t.name)).status === 200
      const jobs = await jobsFor(fixture.deps.sql, t.id)
      expect([restored.status === 200, purged.status === 204, jobs.length === 1]).toEqual([
        live,
        !live,
        !live,
      ])
    }
  })

  it('the server either restores the table or deletes its row when the retention ends during the restore', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const expire = statement(
      'test_expire',
      `update relation set expires_at = now() - interval '1 second' where id = $1`,
    )
    for (let round = 0; round < 6; round += 1) {
      const t = await table(warehouse, place)
      await dropIt(warehouse, t.name, { purge: round % 2 === 0 })
      await fixture.deps.sql.run(expire, [t.id])
      const jobs = startTestJobs(fixture.deps, { handlers: new Map(), intervalMs: 3_600_000 })
      const restored = await admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, {})
      await jobs[Symbol.asyncDispose]()
      const live = (await details(name, t.name)).status === 200
      expect(restored.status === 200).toBe(live)
      if (live) expect(await jobsFor(fixture.deps.sql, t.id)).toEqual([])
    }
  })

  it('one of two concurrent restores under the same name succeeds', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const [a, b] = [await table(warehouse, place), await table(warehouse, place)]
    for (const t of [a, b]) await dropIt(warehouse, t.name)
    const responses = await Promise.all(
      [a, b].map((t) => admin(`POST /warehouses/${name}/dropped/${t.id}/restore`, { name: 'one' })),
    )
    expect(responses.map(({ status }) => status === 200).filter(Boolean)).toHaveLength(1)
    expect(responses.map(({ status }) => status)).toContain(409)
  })
})

describe('The right to see and restore dropped tables', () => {
  it('managers of a dropped table, of its namespace or of the warehouse may restore it, and the table is hidden from others', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const t = await table(warehouse, place)
    const creator = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'], relation: t.name },
    })
    const keeper = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    const reader = await fixture.principal({ privilege: 'modify', on: { warehouse: name } })
    const stranger = await fixture.principal()
    await dropIt(warehouse, t.name)
    const line = `GET /warehouses/${name}/dropped`
    for (const who of [creator, keeper])
      expect((await fixture.as(who, line)).body.dropped).toMatchObject([{ id: t.id }])
    expect((await fixture.as(reader, line)).body.dropped).toEqual([])
    const missing = await fixture.as(stranger, 'GET /warehouses/nowhere/dropped')
    expect(JSON.stringify(await fixture.as(stranger, line))).toBe(
      JSON.stringify(missing).replace('nowhere', name),
    )
    const restore = `POST /warehouses/${name}/dropped/${t.id}/restore`
    expect(await fixture.as(stranger, restore, {})).toMatchObject({ status: 404 })
    expect(await fixture.as(reader, restore, {})).toMatchObject({ status: 403 })
    expect(await fixture.as(reader, `POST /warehouses/${name}/dropped/${t.id}/purge`)).toMatchObject({
      status: 403,
    })
    // A restore adds the table to a namespace, so the privilege `manage` on the table is not sufficient for a restore.
    expect(await fixture.as(creator, restore, {})).toMatchObject({ status: 404 })
    expect(await fixture.as(keeper, restore, {})).toMatchObject({ status: 200 })
  })

  it('the owner of a dropped table may restore it after the namespace was deleted, but former managers of the namespace may not', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const owner = await fixture.principal({ privilege: 'create', on: { warehouse: name } })
    const keeper = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    const t = await table(warehouse, place)
    await fixture.deps.sql.run(statement('test_give', 'update relation set owner_id = $2 where id = $1'), [
      t.id,
      owner.principal.id,
    ])
    await dropIt(warehouse, t.name)
    await fixture.deps.sql.run(statement('test_drop_namespace', 'delete from namespace where id = $1'), [
      place.namespaceId,
    ])
    expect(await fixture.as(keeper, `GET /warehouses/${name}/dropped`)).toMatchObject({ status: 404 })
    expect((await fixture.as(owner, `GET /warehouses/${name}/dropped`)).body.dropped).toMatchObject([
      { id: t.id },
    ])
    await addNamespace(warehouse, ['mine'], owner.principal.id)
    const moved = await fixture.as(owner, `POST /warehouses/${name}/dropped/${t.id}/restore`, {
      namespace: ['mine'],
    })
    expect(moved).toMatchObject({ status: 200, body: { namespace: ['mine'], name: t.name } })
  })

  it('the owner or a manager of another namespace that now has the same path cannot restore the table', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const former = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    const dropped = `GET /warehouses/${name}/dropped`
    expect((await fixture.as(former, dropped)).body.dropped).toMatchObject([{ id: t.id }])
    await fixture.deps.sql.run(statement('test_drop_namespace', 'delete from namespace where id = $1'), [
      place.namespaceId,
    ])
    const owner = await fixture.principal({ privilege: 'use', on: { warehouse: name } })
    await addNamespace(warehouse, ['sales'], owner.principal.id)
    const manager = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    for (const who of [owner, manager, former]) {
      expect((await fixture.as(who, dropped)).body.dropped ?? []).toEqual([])
      for (const verb of ['restore', 'purge']) {
        const line = `POST /warehouses/${name}/dropped/${t.id}/${verb}`
        const { status } = await fixture.as(
          who,
          line,
          verb === 'restore' ? { namespace: ['sales'] } : undefined,
        )
        expect([403, 404], verb).toContain(status)
      }
    }
    // The manager of the warehouse must name the namespace, so that it does not accidentally give the table to
    // another owner.
    const restore = `POST /warehouses/${name}/dropped/${t.id}/restore`
    const refused = { status: 409, body: { error: { message: expect.stringContaining('--as') as string } } }
    expect(await admin(restore, {})).toMatchObject(refused)
    expect(await admin(restore, { namespace: ['sales'] })).toMatchObject({ status: 200 })
  })

  it('managers of the namespaces that contained a deleted namespace may still restore the dropped tables of that namespace', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const inner = await addNamespace(warehouse, ['sales', 'eu'], randomUUID(), place.namespaceId)
    const keeper = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    const t = await table(warehouse, { ...place, namespaceId: inner })
    await dropIt(warehouse, t.name, { namespace: ['sales', 'eu'] })
    await fixture.deps.sql.run(statement('test_drop_namespace', 'delete from namespace where id = $1'), [
      inner,
    ])
    const listed = await fixture.as(keeper, `GET /warehouses/${name}/dropped`)
    expect(listed.body.dropped).toMatchObject([{ id: t.id, namespace: ['sales', 'eu'] }])
    const restore = `POST /warehouses/${name}/dropped/${t.id}/restore`
    expect(await fixture.as(keeper, restore, { namespace: ['sales'] })).toMatchObject({ status: 200 })
  })

  it('the owner and managers of the warehouse may restore a dropped table whose drop recorded no namespace', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const owner = await fixture.principal({ privilege: 'create', on: { warehouse: name } })
    const keeper = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: name, namespace: ['sales'] },
    })
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: name } })
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    const forget = 'update relation set owner_id = $2, dropped_lineage = null where id = $1'
    await fixture.deps.sql.run(statement('test_forget_lineage', forget), [t.id, owner.principal.id])
    const dropped = async (who: ProvenIdentity): Promise<unknown> =>
      (await fixture.as(who, `GET /warehouses/${name}/dropped`)).body.dropped ?? []
    expect(await dropped(keeper)).toEqual([])
    for (const who of [owner, manager]) expect(await dropped(who)).toMatchObject([{ id: t.id }])
    const restore = `POST /warehouses/${name}/dropped/${t.id}/restore`
    expect(await fixture.as(keeper, restore, { namespace: ['sales'] })).toMatchObject({ status: 404 })
    expect(await fixture.as(owner, restore, {})).toMatchObject({ status: 409 })
    expect(await fixture.as(owner, restore, { namespace: ['sales'] })).toMatchObject({ status: 200 })
  })

  it('the server checks the right to restore a dropped table again if the policy changed meanwhile, so a revocation takes effect', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const keeper = await fixture.principal({ privilege: 'manage', on: { warehouse: name } })
    const t = await table(warehouse, place)
    await dropIt(warehouse, t.name)
    const before = await fixture.server.deps.policies.get(keeper)
    await admin('POST /grants/revoke', {
      privilege: 'manage',
      on: { warehouse: name },
      to: { principal: keeper.principal.id },
    })
    const line = `POST /management/v1/warehouses/${name}/dropped/${t.id}`
    await expect(fixture.server.call(keeper, `${line}/restore`, {}, before)).rejects.toThrow(PolicyReloaded)
    await expect(fixture.server.call(keeper, `${line}/purge`, undefined, before)).rejects.toThrow(
      PolicyReloaded,
    )
    expect((await admin(`GET /warehouses/${name}/dropped`)).body.dropped).toMatchObject([
      { id: t.id, purging: false },
    ])
    expect(await jobsFor(fixture.deps.sql, t.id)).toEqual([])
  })
})

describe('listDropped', () => {
  it('listDropped returns pages in a stable order, optionally of one namespace', async () => {
    const { warehouse, place, name } = await freshWarehouse()
    const other = { ...place, namespaceId: await addNamespace(warehouse, ['a', 'b']) }
    const tables: (TestTable & { name: string; namespace: string[] })[] = []
    for (const at of [place, other, place, other, place])
      tables.push({ ...(await table(warehouse, at)), namespace: at === place ? ['sales'] : ['a', 'b'] })
    for (const t of tables) await dropIt(warehouse, t.name, { namespace: t.namespace })
    const seen: string[] = []
    let token: string | null = ''
    let pages = 0
    while (token !== null) {
      const { body }: Reply = await admin(`GET /warehouses/${name}/dropped?pageSize=2&pageToken=${token}`)
      seen.push(...body.dropped.map((row) => [...row.namespace, row.name].join('.')))
      token = body.nextPageToken
      pages += 1
    }
    expect(pages).toBe(3)
    expect(seen).toEqual(tables.map((t) => [...t.namespace, t.name].join('.')).toSorted())
    const { body } = await admin(`GET /warehouses/${name}/dropped?namespace=a&namespace=b`)
    expect(body.dropped).toHaveLength(2)
    expect(await admin(`GET /warehouses/${name}/dropped?pageToken=forged`)).toMatchObject({ status: 400 })
  })
})
