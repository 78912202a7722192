import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { markOverlaps } from '../../src/store/claim-overlaps.ts'
import { statement } from '../../src/store/sql.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

// The allowed location of the first warehouse contains the root of the second warehouse or is inside it.
// Earlier versions permitted such overlaps.
const allow = statement(
  'test_held_claim',
  `with allowed as (update warehouse set allowed_locations = array[$3] where id = $1)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select $1, $1, 'allowed', $3 || '/', p.place || $4 from location_claim p where p.owner_id = $2 and p.kind = 'root'`,
)

let fixture: TestWarehouseManagement
let held: string
let other: string
beforeEach(async () => {
  fixture = await testWarehouseManagement()
  ;[held, other] = [await warehouse('held'), await warehouse('other')]
})
afterEach(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

async function warehouse(name: string): Promise<string> {
  const made = await admin('POST /warehouses', {
    name,
    storage: { type: 'file', root: `${fixture.folder}/${name}` },
  })
  expect(made).toMatchObject({ status: 201 })
  return made.body.id
}

async function overlap(location: string, below: string): Promise<void> {
  await fixture.deps.sql.run(allow, [other, held, location, below])
  await markOverlaps(fixture.deps.sql)
  fixture.deps.warehouses.forget()
}

async function messages(who: ProvenIdentity = fixture.server.admin): Promise<string[]> {
  const { body } = await fixture.as(who, 'POST /warehouses/held/check')
  const findings = body.findings as unknown as { name: string; ok: boolean; message: string }[]
  return findings.filter(({ name, ok }) => name === 'purge' && !ok).map(({ message }) => message)
}

test('a warehouse check reports an allowed location of another warehouse that prevents purges, with the command that removes it', async () => {
  expect(await messages()).toEqual([])
  const root = `${fixture.folder}/held`
  await overlap(root, '')
  expect(await messages()).toEqual([
    `Files of purged tables are never deleted in ${root}/, because warehouse other allows ${root}, which covers it. Remove that allowed location: headgate warehouse update other --disallow '${root}'`,
  ])
  expect(await admin('PATCH /warehouses/other', { allowedLocations: [] })).toMatchObject({ status: 200 })
  expect(await messages()).toEqual([])
})

test('a warehouse check reports an allowed location of another warehouse that is inside this warehouse', async () => {
  const part = `${fixture.folder}/held/part`
  await overlap(part, 'part/')
  expect(await messages()).toEqual([
    `Files of purged tables are never deleted in a part of ${fixture.folder}/held/, because warehouse other allows ${part}, which is inside it. Remove that allowed location: headgate warehouse update other --disallow '${part}'`,
  ])
})

test('a warehouse check names another warehouse only to callers that administer the storage of the other warehouse', async () => {
  await overlap(`${fixture.folder}/held`, '')
  const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: 'held' } })
  const [message] = await messages(manager)
  expect(message).toContain('because the location also belongs to another warehouse')
  expect(message).not.toContain('warehouse other')
})
