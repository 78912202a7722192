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
import { FaultLake } from './fault-lake.ts'
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
import type { Sql } from '../store/sql.ts'

let lake: FaultLake
beforeAll(async () => {
  lake = await FaultLake.open()
  await createHome(lake.server)
})
afterAll(() => lake[Symbol.asyncDispose]())

/** Steps at which a request holds the lock that all who choose a place need: one of them in each life. */
const holding = /^(?:relation_prefixes:after|riders_write:after|commit:before)$/

const killEach = (name: string, attempts: readonly Attempt[]): Promise<void> =>
  killAtEach(lake, name, attempts, holding)

test('a commit that is killed is there whole or not at all, and once when it is sent again', async () => {
  await killEach(
    'commit',
    steps(commitToOne, {
      lost: ['put:before', 'put:half', 'put:after', 'relation_replace:before'],
      kept: ['relation_replace:after', 'delete:before', 'delete:after', 'answer'],
    }),
  )
})

test('so is a commit that moves its table', async () => {
  await killEach(
    'move',
    steps(commitThatMoves, {
      lost: ['put:after', 'relation_lock:after', 'relation_replace:after', 'relation_prefixes:after'],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('so is a transaction of several tables', async () => {
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
        'riders_write:after',
        'commit:before',
      ],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('so is a create', async () => {
  await killEach(
    'create',
    steps(createAnywhere, {
      lost: ['put:before', 'put:half', 'put:after', 'relation_insert:before'],
      kept: ['relation_insert:after', 'answer'],
    }),
  )
})

test('so is a create at a place that was chosen', async () => {
  await killEach(
    'place',
    steps(createAtPlace, {
      lost: ['put:after', 'relation_insert:after', 'commit:before'],
      kept: ['commit:after', 'answer'],
    }),
  )
})

test('so are a staged create and the commit that makes it real', async () => {
  const sql = (): Sql => lake.place.sql
  await killEach('staged', [
    ...steps(stage(sql, false), { lost: ['staged_insert:before'], kept: ['staged_insert:after', 'answer'] }),
    ...steps(stage(sql, true), { lost: ['commit:before'], kept: ['commit:after'] }),
    ...steps(commitOfStaged, {
      lost: ['put:before', 'put:after', 'relation_insert:before'],
      kept: ['relation_insert:after', 'answer'],
    }),
  ])
})

test('so are a rename and a drop, with a purge or without', async () => {
  await killEach('rename-drop', [
    ...steps(rename, { lost: ['relation_rename:before'], kept: ['relation_rename:after', 'answer'] }),
    ...['', '?purgeRequested=true'].flatMap((query) =>
      steps(drop(query), { lost: ['relation_drop:before'], kept: ['relation_drop:after', 'answer'] }),
    ),
  ])
})

test('so are registrations, of what was handed over, of what was dropped and over what is there, and unregistering', async () => {
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

test('so are views and namespaces: their creation, each change, and the end of a namespace', async () => {
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
