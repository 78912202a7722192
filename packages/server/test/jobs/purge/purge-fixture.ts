import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openedWarehouse, type Warehouse } from '../../../src/catalog/warehouses.ts'
import { FileStorage, type Storage } from '@headgate/storage'
import { findWarehouse } from '../../../src/store/warehouses.ts'
import { type TestStore, testStore } from '../../store/database.ts'
import type { PurgeDeps } from '../../../src/jobs/purge/purge.ts'
import { type TestPlace, testPlace } from './table.ts'

/** Database and directory with one warehouse, for tests of jobs. */
export interface PurgeFixture extends AsyncDisposable {
  readonly store: TestStore
  readonly storage: Storage
  readonly place: TestPlace
  /** Location outside of the warehouse, which the server must not change. */
  readonly outside: string
  readonly deps: PurgeDeps
  /** Lists all files, as locations. */
  all(): Promise<string[]>
}

export async function openPurgeFixture(): Promise<PurgeFixture> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'headgate-lake-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const store = stack.use(await testStore())
  const storage = stack.use(new FileStorage({ roots: [`file://${folder}`] }))
  const place = await testPlace(store.sql, `file://${folder}/wh`)
  const owned = stack.move()
  return {
    store,
    storage,
    place,
    outside: `file://${folder}/elsewhere`,
    deps: purgeDeps(store, storage, place.root),
    async all() {
      const found: string[] = []
      for await (const entry of storage.list(`file://${folder}/`)) found.push(entry.location)
      return found
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function purgeDeps(store: Pick<TestStore, 'sql'>, storage: Storage, root: string): PurgeDeps {
  return {
    sql: store.sql,
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    maxMetadataBytes: 1_000_000,
    warehouses: {
      async get(name): Promise<Warehouse | null> {
        const row = await findWarehouse(store.sql, name)
        return row === null ? null : openedWarehouse(row, { storage, root, hints: {}, store: null })
      },
    },
  }
}
