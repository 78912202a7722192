import { expect, test } from 'vitest'
import { type Sql, statement } from '../store/sql.ts'
import { testStore } from '../../test/store/database.ts'
import { replaceWarehouseClaims } from '../store/warehouse-claims.ts'
import { warehouseClaims } from './check-place.ts'
import { resolveClaims } from './resolve-claims.ts'

const id = '00000000-0000-4000-8000-000000000001'
const root = 'file:///resolve-claims/wh'
const profile = { type: 'file', root } as const
const insert = statement(
  'test_resolve_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, 'one', 'managed', $2, $1)`,
)
const claimed = statement('test_resolve_claims', 'select location from location_claim order by 1')

/** Returns a connection that runs `change`, like another replica, right after the warehouses were read. */
function interrupted(sql: Sql, change: () => Promise<unknown>): Sql {
  let isFirst = true
  const transaction: Sql['transaction'] = async (work, options) => {
    if (isFirst) await change()
    isFirst = false
    return await sql.transaction(work, options)
  }
  return new Proxy(sql, {
    get: (target, name) => {
      if (name === 'transaction') return transaction
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

test('a location that another replica allows while location claims are resolved stays claimed', async () => {
  await using store = await testStore()
  const { sql } = store
  await sql.run(insert, [id, JSON.stringify(profile)])
  const allowed = 'file:///resolve-claims/more'
  const change = async (): Promise<void> => {
    await sql.run(
      statement('test_resolve_allow', 'update warehouse set allowed_locations = $2 where id = $1'),
      [id, [allowed]],
    )
    await replaceWarehouseClaims(sql, id, warehouseClaims(profile, [allowed]))
  }
  expect(await resolveClaims(interrupted(sql, change))).toEqual([])
  expect(await sql.run(claimed)).toEqual([{ location: `${allowed}/` }, { location: `${root}/` }])
})

test('a warehouse that another replica deletes while location claims are resolved has no claims afterwards', async () => {
  await using store = await testStore()
  const { sql } = store
  await sql.run(insert, [id, JSON.stringify(profile)])
  const change = () => sql.run(statement('test_resolve_delete', 'delete from warehouse where id = $1'), [id])
  expect(await resolveClaims(interrupted(sql, change))).toEqual([])
  expect(await sql.run(claimed)).toEqual([])
})
