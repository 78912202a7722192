import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearAbandonedCreate } from '../catalog/orphans.ts'
import { Stale } from '../catalog/stale.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { bare, testTable } from '../../test/jobs/purge/table.ts'
import { fileTestPlaces } from '../../../storage/test/places.ts'
import { insertNamespace } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import type { CommitRecord } from '../store/commit-record.ts'
import { statement } from '../store/sql.ts'
import { insertStaged } from '../store/staged-relations.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
let warehouse: Warehouse
beforeAll(async () => {
  fixture = await testWarehouseManagement()
  await admin('POST /warehouses', { name: 'wh', storage: { type: 'file', root: `${fixture.folder}/wh` } })
  const found = await fixture.deps.warehouses.get('wh')
  if (found === null) throw new Error('not made')
  warehouse = found
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
const age = statement(
  'test_age',
  `with aged as (update staged_relation set created_at = now() - make_interval(days => $2), prefixes = $3 where id = $1)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select $1, $4, 'staged', p.location, p.place from unnest($3::text[], $5::text[]) p(location, place) on conflict do nothing`,
)

async function staged(location: string, days: number, prefixes: readonly string[] = []): Promise<string> {
  const id = randomUUID()
  const record = { ...bare, policyVersion: await policyVersion(fixture.deps.sql) }
  const row = {
    id,
    warehouseId: warehouse.id,
    namespaceId: id,
    path: 'sales',
    name: 'ctas',
    uuid: id,
    location: `${location}/`,
    prefixes: [`${location}/`],
    places: fileTestPlaces([location]),
    storeName: null,
    seconds: null,
    principalId: id,
  }
  await insertStaged(fixture.deps.sql, row, record)
  await fixture.deps.sql.run(age, [id, days, prefixes, warehouse.id, fileTestPlaces(prefixes)])
  await warehouse.storage.put(`${location}/data/a.parquet`, Buffer.from('12345'))
  await warehouse.storage.put(`${location}/data/b.parquet`, Buffer.from('123'))
  return id
}

async function filesAt(location: string): Promise<number> {
  let files = 0
  for await (const _ of warehouse.storage.list(`${location}/`)) files += 1
  return files
}

describe('The operations for abandoned creates', () => {
  it('the server lists abandoned creates with their files, and deletes these files on request', async () => {
    const old = `${warehouse.root}/${randomUUID()}`
    const young = `${warehouse.root}/${randomUUID()}`
    const id = await staged(old, 10)
    const youngId = await staged(young, 3)
    const { body } = await admin('GET /warehouses/wh/orphans')
    expect(body).toMatchObject({
      orphans: [{ id, namespace: ['sales'], name: 'ctas', files: 2, bytes: 8, more: false }],
      nextPageToken: null,
    })
    expect((await admin('GET /warehouses/wh/orphans?olderThanSeconds=3600')).body.orphans).toHaveLength(2)
    expect(await admin(`DELETE /warehouses/wh/orphans/${youngId}`)).toMatchObject({ status: 404 })
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toEqual({
      status: 200,
      body: { deleted: 2, done: true },
    })
    expect([await filesAt(old), await filesAt(young)]).toEqual([0, 2])
    expect((await admin('GET /warehouses/wh/orphans')).body.orphans).toEqual([])
    const [event] = (await admin('GET /audit?operation=clearAbandonedCreate&pageSize=2')).body.events
    expect(event).toMatchObject({
      operation: 'clearAbandonedCreate',
      detail: { name: 'sales.ctas', deleted: 2 },
    })
    expect(await admin('GET /warehouses/wh/orphans?olderThanSeconds=5')).toMatchObject({ status: 400 })
  })

  it('the server counts and deletes files in all locations that an abandoned create claims', async () => {
    const [location, data] = [`${warehouse.root}/${randomUUID()}`, `${warehouse.root}/data-${randomUUID()}`]
    const inside = `${location}/inside/`
    const id = await staged(location, 10, [`${data}/`, inside, `${location}/`])
    await warehouse.storage.put(`${data}/part.parquet`, Buffer.from('1'))
    const { orphans } = (await admin('GET /warehouses/wh/orphans')).body
    const listed = orphans.find((orphan) => orphan.id === id)
    expect(listed).toMatchObject({ files: 3, bytes: 9 })
    expect(listed?.prefixes.toSorted()).toEqual([`${data}/`, `${location}/`].toSorted())
    expect(await filesAt(data)).toBe(1)
    expect((await admin(`DELETE /warehouses/wh/orphans/${id}`)).body).toEqual({ deleted: 3, done: true })
    expect([await filesAt(location), await filesAt(data)]).toEqual([0, 0])
  })

  it('the server deletes an abandoned create although its folder contains files whose names are not valid locations, and keeps these files', async () => {
    const location = `${warehouse.root}/${randomUUID()}`
    const id = await staged(location, 10)
    const folder = fileURLToPath(`${location}/data`)
    const odd = ['a#b.parquet', 'two\nlines.parquet']
    for (const name of odd) await writeFile(join(folder, name), 'x')
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toEqual({
      status: 200,
      body: { deleted: 2, done: true },
    })
    expect((await readdir(folder)).toSorted()).toEqual(odd)
  })

  it('the server deletes no file of an abandoned create when another create claims one of its locations', async () => {
    const [location, data] = [`${warehouse.root}/${randomUUID()}`, `${warehouse.root}/data-${randomUUID()}`]
    const id = await staged(location, 10, [`${data}/`])
    await staged(`${warehouse.root}/${randomUUID()}`, 0, [`${data}/deeper/`])
    await warehouse.storage.put(`${data}/deeper/part.parquet`, Buffer.from('1'))
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toMatchObject({ status: 409 })
    expect([await filesAt(location), await filesAt(data)]).toEqual([2, 1])
  })

  it(
    'the server deletes many files of an abandoned create in several requests',
    { timeout: 30_000 },
    async () => {
      const location = `${warehouse.root}/${randomUUID()}`
      const id = await staged(location, 10)
      for (let file = 0; file < 300; file += 1)
        await warehouse.storage.put(`${location}/data/${file}`, Buffer.from('1'))
      const recorded: number[] = []
      const record = (_: unknown, deleted: number): CommitRecord => {
        recorded.push(deleted)
        return { ...bare, policyVersion: version }
      }
      const version = await policyVersion(fixture.deps.sql)
      const at = { id, seconds: 3_600, policyVersion: version, until: 0 }
      const clear = (): ReturnType<typeof clearAbandonedCreate> =>
        clearAbandonedCreate(fixture.deps.sql, warehouse, at, record, AbortSignal.timeout(10_000))
      expect(await clear()).toMatchObject({ deleted: 250, done: false })
      expect(await filesAt(location)).toBe(52)
      expect(await clear()).toMatchObject({ deleted: 52, done: true })
      expect(recorded).toEqual([250, 52])
      await expect(clear()).rejects.toMatchObject({ code: 'no-such-object' })
    },
  )

  it('the locations of an abandoned create stay reserved while its files are deleted, even after its reservation ended', async () => {
    const location = `${warehouse.root}/${randomUUID()}`
    const id = await staged(location, 10)
    for (let file = 0; file < 300; file += 1)
      await warehouse.storage.put(`${location}/data/${file}`, Buffer.from('1'))
    const ended = statement(
      'test_ended',
      `update location_claim set kind = 'retired', ends_at = now() where owner_id = $1`,
    )
    await fixture.deps.sql.run(ended, [id])
    const version = await policyVersion(fixture.deps.sql)
    const record = (): CommitRecord => ({ ...bare, policyVersion: version })
    const at = { id, seconds: 3_600, policyVersion: version, until: 0 }
    const clear = (): ReturnType<typeof clearAbandonedCreate> =>
      clearAbandonedCreate(fixture.deps.sql, warehouse, at, record, AbortSignal.timeout(10_000))
    expect(await clear()).toMatchObject({ done: false })
    const claimed = statement(
      'test_claimed',
      `select kind, ends_at > now() + interval '50 minutes' as held from location_claim where owner_id = $1`,
    )
    expect(await fixture.deps.sql.run(claimed, [id])).toEqual([{ kind: 'staged', held: true }])
    expect(await clear()).toMatchObject({ done: true })
    expect(await fixture.deps.sql.run(claimed, [id])).toMatchObject([{ kind: 'retired' }])
  })

  it('the server deletes no file of an abandoned create in a location that was released', async () => {
    const [location, kept] = [`${warehouse.root}/${randomUUID()}`, `${warehouse.root}/kept-${randomUUID()}`]
    const id = await staged(location, 10, [`${kept}/`])
    await warehouse.storage.put(`${kept}/a.parquet`, Buffer.from('1'))
    // The reservation ended, and a listing found no file, so another table may have used the location since then.
    const freed = statement('test_freed', 'delete from location_claim where owner_id = $1 and location = $2')
    await fixture.deps.sql.run(freed, [id, `${location}/`])
    const listed = (await admin('GET /warehouses/wh/orphans')).body.orphans.find((one) => one.id === id)
    expect(listed).toMatchObject({ files: 1, prefixes: [`${kept}/`] })
    // Another table used the location and was unregistered meanwhile, so the location is retired and its files must be
    // kept.
    const retired = statement(
      'test_retired',
      `insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
       values (gen_random_uuid(), $1, 'retired', $2, $3, now() + interval '1 day')`,
    )
    const [place] = fileTestPlaces([location])
    await fixture.deps.sql.run(retired, [warehouse.id, `${location}/`, place])
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toEqual({
      status: 200,
      body: { deleted: 1, done: true },
    })
    expect([await filesAt(location), await filesAt(kept)]).toEqual([2, 0])
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toMatchObject({ status: 404 })
  })

  it('the server deletes no file of an abandoned create when the policy changed after the decision', async () => {
    const location = `${warehouse.root}/${randomUUID()}`
    const id = await staged(location, 10)
    const version = (await policyVersion(fixture.deps.sql)) - 1
    const at = { id, seconds: 3_600, policyVersion: version, until: Date.now() + 5_000 }
    const record = (): CommitRecord => ({ ...bare, policyVersion: version })
    const clear = clearAbandonedCreate(fixture.deps.sql, warehouse, at, record, AbortSignal.timeout(10_000))
    await expect(clear).rejects.toBeInstanceOf(Stale)
    expect(await filesAt(location)).toBe(2)
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toMatchObject({ body: { deleted: 2 } })
  })

  it('the server deletes no file of an abandoned create when its location overlaps with that of a table', async () => {
    const location = `${warehouse.root}/chosen`
    const id = await staged(location, 10)
    const record = { ...bare, policyVersion: await policyVersion(fixture.deps.sql) }
    const namespaceId = randomUUID()
    await insertNamespace(
      fixture.deps.sql,
      {
        id: namespaceId,
        warehouseId: warehouse.id,
        parentId: null,
        levels: ['n'],
        ownerId: id,
        properties: {},
      },
      record,
    )
    const place = { warehouseId: warehouse.id, namespaceId, root: warehouse.root }
    await testTable(fixture.deps.sql, warehouse.storage, place, {
      location: `${location}/inside`,
      snapshots: 0,
      record,
    })
    const before = await filesAt(location)
    expect(await admin(`DELETE /warehouses/wh/orphans/${id}`)).toMatchObject({ status: 409 })
    expect(await filesAt(location)).toBe(before)
  })

  it('the operations for abandoned creates require manage on the warehouse', async () => {
    const maker = await fixture.principal({ privilege: 'create', on: { warehouse: 'wh' } })
    expect(await fixture.as(maker, 'GET /warehouses/wh/orphans')).toMatchObject({ status: 403 })
    expect(await fixture.as(maker, `DELETE /warehouses/wh/orphans/${randomUUID()}`)).toMatchObject({
      status: 403,
    })
  })
})
