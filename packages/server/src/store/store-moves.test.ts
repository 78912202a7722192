import { expect, test } from 'vitest'
import { statement } from './sql.ts'
import { findStoreOverlap, moveStore } from './store-moves.ts'
import { testStore } from '../../test/store/database.ts'

const [mine, other] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const many = 120_000
// A third of the claims has the same physical location.
const fill = statement(
  'test_fill_store',
  `insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select gen_random_uuid(), case when n % 10 = 0 then $2::uuid else $1::uuid end, 'relation', 's3://lake/' || p || '/',
     'old/lake/' || p || '/'
   from (select n, case when n % 3 = 0 then 'same' else 't' || n end as p from generate_series(1, $3::int) n) made`,
)
const counts = statement(
  'test_store_counts',
  `select warehouse_id as id, split_part(place, '/', 1) as store, count(*)::int as count,
     bool_and(split_part(place, '/', 3) = split_part(location, '/', 4)) as same
   from location_claim group by 1, 2 order by 1, 2`,
)

test('moveStore moves the location claims of a warehouse to a new store name in several statements, keeps their paths, and does not move claims of other warehouses', async () => {
  await using store = await testStore()
  const { sql } = store
  await sql.run(fill, [mine, other, many])
  const ids = [mine ?? '']
  await sql.transaction((tx) => moveStore(tx, ids, { from: 'old', to: 'store:new' }))
  expect(await sql.run(counts)).toEqual([
    { id: mine, store: 'store:new', count: many * 0.9, same: true },
    { id: other, store: 'old', count: many / 10, same: true },
  ])
  expect(await sql.transaction((tx) => findStoreOverlap(tx, ids, 'store:new'))).toBeNull()
  await sql.transaction((tx) => moveStore(tx, [other ?? ''], { from: 'old', to: 'store:new' }))
  expect(await sql.transaction((tx) => findStoreOverlap(tx, ids, 'store:new'))).toMatchObject({
    outer: { location: 's3://lake/same/' },
    inner: { location: 's3://lake/same/' },
  })
})
