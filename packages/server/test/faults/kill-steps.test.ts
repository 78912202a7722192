import { afterAll, beforeAll, test } from 'vitest'
import { type Attempt, killAtEach, steps } from './attempts.ts'
import {
  commitOfStaged,
  commitThatMoves,
  commitToOne,
  createAnywhere,
  createAtPlace,
  createHome,
  drop,
  rename,
  stage,
  transaction,
} from './changes.ts'
import { FaultFixture } from './fault-fixture.ts'
import {
  changeNamespace,
  commitToView,
  createNamespace,
  createView,
  dropNamespace,
  register,
  registerOver,
  restore,
  unregister,
} from './more-changes.ts'
import type { Sql } from '../../src/store/sql.ts'

let fixture: FaultFixture
beforeAll(async () => {
  fixture = await FaultFixture.open()
  await createHome(fixture.server)
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Steps at which a request holds the lock for choosing a location: each server gets at most one of them. */
const locking = /^(?:relation_prefixes:after|record_write:after|commit:before)$/

const killEach = (name: string, attempts: readonly Attempt[]): Promise<void> =>
  killAtEach(fixture, name, attempts, locking)

test('a commit whose server is killed takes effect completely or not at all, and only once when it is repeated', async () => {
  await killEach(
    'commit',
    steps(commitToOne, {
      lost: ['put:before', 'put:half', 'put:after', 'relation_replace:before'],
      kept: ['relation_replace:after', 'delete:before', 'delete:after', 'answer'],
    }),
  )
})

test('a commit that changes the location takes effect completely or not at all when its server is killed', async () => {
  await killEach(
    'move',
    steps(commitThatMoves, {
      lost: ['put:after', 'relation_lock:after', 'relation_replace:after', 'relation_prefixes:after'],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('a transaction of several tables takes effect completely or not at all when its server is killed', async () => {
  await killEach(
    'transaction',
    steps(transaction, {
      lost: [
        'put:before#1',
        'put:after#1',
        'put:after#3',
        'relation_lock:after',
        'relation_replace:after#1',
        'relation_replace:after#2',
        'relation_insert:after',
        'record_write:after',
        'commit:before',
      ],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('a create takes effect completely or not at all when its server is killed', async () => {
  await killEach(
    'create',
    steps(createAnywhere, {
      lost: ['put:before', 'put:half', 'put:after', 'relation_insert:before'],
      kept: ['relation_insert:after', 'answer'],
    }),
  )
})

test('a create at a chosen location takes effect completely or not at all when its server is killed', async () => {
  await killEach(
    'place',
    steps(createAtPlace, {
      lost: ['put:after', 'relation_insert:after', 'commit:before'],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('a stage-create and its commit take effect completely or not at all when the server is killed', async () => {
  const sql = (): Sql => fixture.place.sql
  await killEach('staged', [
    ...steps(stage(sql, false), { lost: ['staged_insert:before'], kept: ['staged_insert:after', 'answer'] }),
    ...steps(stage(sql, true), { lost: ['commit:before'], kept: ['commit:after'] }),
    ...steps(commitOfStaged, {
      lost: ['put:before', 'put:after', 'relation_insert:before'],
      kept: ['relation_insert:after', 'answer'],
    }),
  ])
})

test('a rename or drop, with a purge or without, takes effect completely or not at all when its server is killed', async () => {
  await killEach('rename-drop', [
    ...steps(rename, { lost: ['relation_rename:before'], kept: ['relation_rename:after', 'answer'] }),
    ...['', '?purgeRequested=true'].flatMap((query) =>
      steps(drop(query), { lost: ['relation_drop:before'], kept: ['relation_drop:after', 'answer'] }),
    ),
  ])
})

test('unregistering a table, and registering an unregistered, dropped or existing table, take effect completely or not at all when the server is killed', async () => {
  const kept = ['commit:after', 'answer']
  await killEach('register', [
    ...steps(register, { lost: ['relation_insert:after', 'commit:before'], kept }),
    ...steps(restore, { lost: ['dropped_lock:after', 'dropped_restore:after', 'commit:before'], kept }),
    ...steps(registerOver, {
      lost: ['relation_replace:after', 'relation_prefixes:after', 'commit:before'],
      kept,
    }),
    ...steps(unregister, { lost: ['relation_delete:before'], kept: ['relation_delete:after', 'answer'] }),
  ])
})

test('changes of views and namespaces take effect completely or not at all when the server is killed', async () => {
  const changes = [
    [createView, 'relation_insert'],
    [commitToView, 'relation_replace'],
    [createNamespace, 'namespace_insert'],
    [changeNamespace, 'namespace_properties'],
    [dropNamespace, 'namespace_delete'],
  ] as const
  await killEach(
    'other',
    changes.flatMap(([change, statement]) =>
      steps(change, { lost: [`${statement}:before`], kept: [`${statement}:after`, 'answer'] }),
    ),
  )
})
