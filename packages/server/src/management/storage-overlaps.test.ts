import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileTestPlaces } from '../../../storage/test/places.ts'
import { markOverlaps } from '../store/claim-overlaps.ts'
import { statement } from '../store/sql.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
const ids: Record<string, string> = {}
beforeAll(async () => {
  fixture = await testWarehouseManagement()
  for (const name of ['a', 'b', 'clean']) {
    await admin('POST /warehouses', { name, storage: { type: 'file', root: `${fixture.folder}/${name}` } })
    ids[name] = (await fixture.deps.warehouses.get(name))?.id ?? ''
  }
})
afterAll(() => fixture[Symbol.asyncDispose]())

function admin(line: string, body?: unknown): Promise<Reply> {
  return fixture.as(fixture.server.admin, line, body)
}

const insert = statement(
  'test_overlap_claim',
  `insert into location_claim (owner_id, warehouse_id, kind, location, place) values ($1, $2, $3, $4, $5)`,
)

/**
 * Inserts a location claim without comparing it with other claims, as servers of earlier versions did. The next
 * start calls `markOverlaps`.
 */
async function claim(
  warehouse: string,
  path: string,
  { kind = 'relation', ownerId = randomUUID() }: { kind?: string; ownerId?: string } = {},
): Promise<{ ownerId: string; location: string }> {
  const location = `${fixture.folder}/${path}/`
  const [place] = fileTestPlaces([location])
  await fixture.deps.sql.run(insert, [ownerId, ids[warehouse], kind, location, place])
  return { ownerId, location }
}

describe('listStorageOverlaps', () => {
  it('listStorageOverlaps returns pairs of overlapping location claims in pages, and omits pairs of one owner and locations of deleted tables', async () => {
    const outer = await claim('a', 'a/t')
    const own = await claim('a', 'a/t/own', { ownerId: outer.ownerId })
    const inner = await claim('a', 'a/t/own/deep')
    const staged = await claim('a', 'a/t/staged', { kind: 'staged' })
    await claim('a', 'a/t/retired', { kind: 'retired' })
    await claim('a', 'a/t2')
    const foreign = await claim('b', 'a/t/foreign')
    const expected = [
      { outer, inner: foreign },
      { outer, inner },
      { outer, inner: staged },
      { outer: own, inner },
    ]
    await markOverlaps(fixture.deps.sql)
    const { overlaps, nextPageToken } = (await admin('GET /warehouses/a/overlaps')).body
    expect(nextPageToken).toBeNull()
    // The location of table b is also within the root of warehouse a.
    expect(overlaps).toMatchObject([{ outer: { kind: 'root', warehouse: 'a' }, inner: foreign }, ...expected])
    const paged: unknown[] = []
    for (let token: string | null = '', pages = 0; token !== null && pages < 9; pages += 1) {
      const { body } = await admin(
        `GET /warehouses/a/overlaps?pageSize=1&pageToken=${encodeURIComponent(token)}`,
      )
      paged.push(...body.overlaps)
      token = body.nextPageToken
    }
    expect(paged).toEqual(overlaps)
    expect((await admin('GET /warehouses/b/overlaps')).body.overlaps).toMatchObject([
      { outer: { kind: 'root', warehouse: 'a' }, inner: foreign },
      { outer, inner: foreign },
    ])
    expect((await admin('GET /warehouses/clean/overlaps')).body.overlaps).toEqual([])
  })

  it('listStorageOverlaps returns a pair of equal locations once, and hides warehouses whose storage the caller does not administer', async () => {
    const first = await claim('clean', 'shared/x')
    await claim('b', 'shared/x')
    await markOverlaps(fixture.deps.sql)
    const custodian = await fixture.principal({ privilege: 'administer-storage', on: { warehouse: 'clean' } })
    const { overlaps } = (await fixture.as(custodian, 'GET /warehouses/clean/overlaps')).body
    expect(overlaps).toHaveLength(1)
    const [{ outer, inner } = { outer: null, inner: null }] = overlaps
    const hidden = {
      kind: 'relation',
      warehouse: null,
      location: null,
      ownerId: null,
      namespace: null,
      name: null,
      dropped: null,
    }
    expect([outer, inner]).toContainEqual(hidden)
    expect([outer, inner]).toContainEqual(expect.objectContaining({ ...first, warehouse: 'clean' }))
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: 'clean' } })
    expect(await fixture.as(manager, 'GET /warehouses/clean/overlaps')).toMatchObject({ status: 403 })
  })

  it('listStorageOverlaps returns two overlapping warehouse roots as one pair, without pairs for the tables in them', async () => {
    await claim('b', 'clean/nested', { kind: 'root', ownerId: ids['b'] ?? '' })
    await claim('b', 'clean/nested/table')
    await markOverlaps(fixture.deps.sql)
    const { overlaps } = (await admin('GET /warehouses/clean/overlaps')).body
    const nested = overlaps.filter(({ outer }) => (outer as { kind: string }).kind === 'root')
    expect(nested).toMatchObject([
      { outer: { warehouse: 'clean' }, inner: { kind: 'root', warehouse: 'b', ownerId: ids['b'] } },
    ])
  })
})
