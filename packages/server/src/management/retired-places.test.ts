import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileTestPlaces } from '../../../storage/test/places.ts'
import { statement } from '../store/sql.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
let root: string
let warehouseId: string
beforeAll(async () => {
  fixture = await testWarehouseManagement()
  root = `${fixture.folder}/wh`
  await admin('POST /warehouses', { name: 'wh', storage: { type: 'file', root } })
  warehouseId = (await fixture.deps.warehouses.get('wh'))?.id ?? ''
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
const insert = statement(
  'test_claim',
  `insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
   values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
)

const endless = statement('test_endless', 'update location_claim set ends_at = null where location = $1')

async function claim(kind: string, name: string, seconds: number): Promise<string> {
  const location = `${root}/${name}/`
  const [place] = fileTestPlaces([location])
  await fixture.deps.sql.run(insert, [randomUUID(), warehouseId, kind, location, place, seconds])
  return location
}

const at = (location: string): string =>
  `/warehouses/wh/retired-places?location=${encodeURIComponent(location)}`
const listed = async (location: string): Promise<readonly unknown[]> =>
  (await admin(`GET ${at(location)}`)).body.places

describe('The operations for retired locations', () => {
  it('the server lists reserved locations of deleted tables and ended reservations in pages, without locations that are in use', async () => {
    const retired = await claim('retired', 'listed/a', 3_600)
    const ended = await claim('staged', 'listed/b', -5)
    await claim('staged', 'listed/c', 3_600)
    await claim('relation', 'listed/d', -5)
    const first = await admin(`GET ${at(`${root}/listed`)}&pageSize=1`)
    expect(first.body.places).toEqual([
      {
        location: retired,
        kind: 'retired',
        ownerId: expect.any(String) as string,
        reason: 'files-or-credentials',
        checkedAgainAt: expect.any(String) as string,
      },
    ])
    const token = encodeURIComponent(first.body.nextPageToken as string)
    const second = await admin(`GET ${at(`${root}/listed`)}&pageSize=1&pageToken=${token}`)
    expect(second.body).toMatchObject({
      places: [{ location: ended, kind: 'reservation', reason: 'reservation-ended' }],
      nextPageToken: null,
    })
  })

  it('the server releases only the reserved locations of deleted tables at and below a location, and writes an audit event', async () => {
    await claim('retired', 'freed', 3_600)
    await claim('retired', 'freed/below', 3_600)
    await claim('staged', 'freed/ended', -5)
    const sibling = await claim('retired', 'freed2', 3_600)
    const relation = await claim('relation', 'freed/table', -5)
    const reservation = await claim('staged', 'freed/staged', 3_600)
    expect(await admin(`DELETE ${at(`${root}/freed`)}`)).toEqual({ status: 200, body: { released: 3 } })
    expect(await listed(`${root}/freed`)).toEqual([])
    expect(await listed(sibling)).toHaveLength(1)
    const held = statement(
      'test_held',
      'select location from location_claim where location = any($1) order by 1',
    )
    expect(await fixture.deps.sql.run(held, [[relation, reservation]])).toHaveLength(2)
    const [event] = (await admin('GET /audit?operation=releaseRetiredPlaces&pageSize=1')).body.events
    expect(event).toMatchObject({ privilege: 'administer-storage', detail: { location: `${root}/freed/` } })
  })

  it('the server returns no next check for reserved locations for which clients may have long-lived keys, and releases these locations on request', async () => {
    const location = await claim('retired', 'static', 3_600)
    await fixture.deps.sql.run(endless, [location])
    expect(await listed(location)).toMatchObject([{ reason: 'static-keys', checkedAgainAt: null }])
    expect(await admin(`DELETE ${at(location)}`)).toMatchObject({ body: { released: 1 } })
  })

  it('the operations for reserved locations of deleted tables require administer-storage, because manage is not sufficient', async () => {
    const location = await claim('retired', 'guarded', 3_600)
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: 'wh' } })
    expect(await fixture.as(manager, `GET ${at(location)}`)).toMatchObject({ status: 403 })
    expect(await fixture.as(manager, `DELETE ${at(location)}`)).toMatchObject({ status: 403 })
    expect(await listed(location)).toHaveLength(1)
    const custodian = await fixture.principal({ privilege: 'administer-storage', on: { warehouse: 'wh' } })
    expect(await fixture.as(custodian, `DELETE ${at(location)}`)).toMatchObject({ body: { released: 1 } })
  })

  it('the server refuses malformed locations, and releases no reserved locations of other warehouses', async () => {
    const location = await claim('retired', 'mine', 3_600)
    await admin('POST /warehouses', {
      name: 'other',
      storage: { type: 'file', root: `${fixture.folder}/other` },
    })
    const query = `location=${encodeURIComponent(location)}`
    expect(await admin(`DELETE /warehouses/other/retired-places?${query}`)).toMatchObject({
      body: { released: 0 },
    })
    expect(await listed(location)).toHaveLength(1)
    expect(await admin('DELETE /warehouses/wh/retired-places?location=nowhere')).toMatchObject({
      status: 400,
    })
    expect(await admin('DELETE /warehouses/wh/retired-places')).toMatchObject({ status: 400 })
  })
})
