import { afterAll, beforeAll, test } from 'vitest'
import { changeEngine, engine, giving, grant, membership, role, taking } from './access-changes.ts'
import { type Attempt, killAtEach, type Prepare, steps } from './attempts.ts'
import { done } from './changes.ts'
import { FaultFixture } from './fault-fixture.ts'
import { principalChanges } from './principal-changes.ts'
import { changeWarehouse, createWarehouse, deleteWarehouse, protect } from './warehouse-changes.ts'

let fixture: FaultFixture
beforeAll(async () => {
  fixture = await FaultFixture.open()
  await done(fixture.server, { method: 'POST', path: 'namespaces', body: { namespace: ['k'] } })
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Steps at which a request holds the lock of the policy, or the lock of the locations of warehouses. */
const locking =
  /^(?:policy-bump-from:after|(?:principal|client-secret|role|grant|engine)-.*:after|record_write:after|warehouse_.*:after|commit:before)$/

const killEach = (name: string, attempts: readonly Attempt[]): Promise<void> =>
  killAtEach(fixture, name, attempts, locking)

/**
 * Returns attempts for a transaction that changes the policy version. A kill at a statement before the COMMIT
 * loses the change, and a kill after the COMMIT keeps it.
 */
function aroundCommit(prepare: Prepare, halfWay: readonly string[] = []): Attempt[] {
  return steps(prepare, { lost: ['policy-bump-from:before', ...halfWay], kept: ['commit:after', 'answer'] })
}

test('principals and their secrets are created, changed or deleted completely or not at all when the server is killed', async () => {
  const { create, rotate, dropOld, disable, stop, remove } = principalChanges(() => fixture.server.url)
  await killEach('principal', [
    ...aroundCommit(create, ['principal-insert:after', 'client-secret-insert:after']),
    ...aroundCommit(rotate, ['record_write:after']),
    ...aroundCommit(dropOld),
    ...aroundCommit(disable, ['principal-enable:after']),
    ...aroundCommit(stop),
    ...aroundCommit(remove, ['commit:before']),
  ])
}, 60_000)

test('roles and their members are changed completely or not at all when the server is killed', async () => {
  await killEach(
    'role',
    [role, membership].flatMap((made) => [...aroundCommit(giving(made)), ...aroundCommit(taking(made))]),
  )
}, 60_000)

test('grants and entries of engines are changed completely or not at all when the server is killed', async () => {
  await killEach('access', [
    ...[grant, engine].flatMap((made) => [giving(made), taking(made)]).flatMap((each) => aroundCommit(each)),
    ...aroundCommit(changeEngine),
    ...steps(giving(grant), { lost: ['grant-insert:after', 'commit:before'], kept: [] }),
    ...steps(taking(engine), { lost: ['principal-stop-sessions:after'], kept: [] }),
  ])
}, 60_000)

test('warehouses are changed completely or not at all when the server is killed', async () => {
  const kept = ['commit:after', 'answer']
  await killEach('warehouse', [
    ...steps(createWarehouse, {
      lost: ['location_lock:before', 'warehouse_insert:after', 'commit:before'],
      kept,
    }),
    ...steps(changeWarehouse, { lost: ['warehouse_update:before'], kept: ['answer'] }),
    ...steps(deleteWarehouse, { lost: ['warehouse_delete:before'], kept: ['answer'] }),
  ])
}, 60_000)

test('protections of warehouses, namespaces and tables are changed completely or not at all when the server is killed', async () => {
  const kinds = [
    ['warehouse', 'warehouse_update'],
    ['namespace', 'namespace_protect'],
    ['relation', 'relation_protect'],
  ] as const
  await killEach(
    'protection',
    kinds.flatMap(([kind, statement]) =>
      steps(protect(kind), { lost: [`${statement}:before`], kept: ['answer'] }),
    ),
  )
}, 60_000)
