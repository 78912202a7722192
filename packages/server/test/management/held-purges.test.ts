import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { markOverlaps } from '../../src/store/claim-overlaps.ts'
import { statement } from '../../src/store/sql.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

// The allowed location of the first warehouse covers the root of the second one or is inside it, as earlier versions allowed.
const allow = statement(
  'test_held_claim',
  `with allowed as (update warehouse set allowed_locations = array[$3] where id = $1)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select $1, $1, 'allowed', $3 || '/', p.place || $4 from location_claim p where p.owner_id = $2 and p.kind = 'root'`,
)

let lake: TestWarehouseManagement
let held: string
let other: string
beforeEach(async () => {
  lake = await testWarehouseManagement()
  ;[held, other] = [await warehouse('held'), await warehouse('other')]
})
afterEach(() => lake[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => lake.as(lake.server.admin, line, body)

async function warehouse(name: string): Promise<string> {
  const made = await admin('POST /warehouses', {
    name,
    storage: { type: 'file', root: `${lake.folder}/${name}` },
  })
  expect(made).toMatchObject({ status: 201 })
  return made.body.id
}

async function overlap(location: string, below: string): Promise<void> {
  await lake.deps.sql.run(allow, [other, held, location, below])
  await markOverlaps(lake.deps.sql)
  lake.deps.warehouses.forget()
}

async function messages(who: ProvenIdentity = lake.server.admin): Promise<string[]> {
  const { body } = await lake.as(who, 'POST /warehouses/held/check')
  const findings = body.findings as unknown as { name: string; ok: boolean; message: string }[]
  return findings.filter(({ name, ok }) => name === 'purge' && !ok).map(({ message }) => message)
}

test('an allowed location of another warehouse that holds purges is found, with the command that removes it', async () => {
  expect(await messages()).toEqual([])
  const root = `${lake.folder}/held`
  await overlap(root, '')
  expect(await messages()).toEqual([
    `Files of purged tables are never deleted in ${root}/, because warehouse other allows ${root}, which covers it. Remove that allowed location: headgate warehouse update other --disallow '${root}'`,
  ])
  expect(await admin('PATCH /warehouses/other', { allowedLocations: [] })).toMatchObject({ status: 200 })
  expect(await messages()).toEqual([])
})

test('an allowed location of another warehouse in a part of this one is found as such', async () => {
  const part = `${lake.folder}/held/part`
  await overlap(part, 'part/')
  expect(await messages()).toEqual([
    `Files of purged tables are never deleted in a part of ${lake.folder}/held/, because warehouse other allows ${part}, which is inside it. Remove that allowed location: headgate warehouse update other --disallow '${part}'`,
  ])
})

test('the other warehouse is named only to those who administer its storage', async () => {
  await overlap(`${lake.folder}/held`, '')
  const manager = await lake.principal({ privilege: 'manage', on: { warehouse: 'held' } })
  const [message] = await messages(manager)
  expect(message).toContain('because another warehouse has that location too')
  expect(message).not.toContain('warehouse other')
})
