import { HeadgateError } from '@headgate/errors'
import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceMethods } from '../../../test/faults/replace-methods.ts'
import type { Storage } from '@headgate/storage'
import { insertRelation } from '../../store/relation-writes.ts'
import { dropRelation } from '../../store/relation-moves.ts'
import { fileTestPlaces } from '../../../../storage/test/places.ts'
import { insertStaged } from '../../store/staged-relations.ts'
import {
  eventsFor,
  jobsFor,
  relationExists,
  runUntilGone,
  startTestJobs,
  until,
} from '../../../test/jobs/jobs.ts'
import { type PurgeFixture, openPurgeFixture } from '../../../test/jobs/purge/purge-fixture.ts'
import { currentRecord, type TestTable, testTable } from '../../../test/jobs/purge/table.ts'

let fixture: PurgeFixture
beforeEach(async () => {
  fixture = await openPurgeFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

describe('A purge', () => {
  it.each([1, 2, 3] as const)(
    'a purge deletes all files that a table of format %i names, and then the database row of the table',
    async (formatVersion) => {
      const { store, storage, place, deps } = fixture
      const location = `${place.root}/chosen/orders`
      const table = await testTable(store.sql, storage, place, {
        formatVersion,
        location,
        drop: { purge: true },
      })
      const before = await fixture.all()
      expect(before.toSorted()).toEqual(table.files.toSorted())
      await runUntilGone(deps, table.id)
      expect(await fixture.all()).toEqual([])
      const [event] = await eventsFor(store.sql, table.id)
      expect(event).toMatchObject({
        operation: 'purgeRelation',
        principal: 'headgate',
        outcome: 'allowed',
        detail: { deleted: table.files.length, spared: 0, unreadable: 0 },
      })
      expect(event?.object).toMatch(/^lakehouse:sales\.t_/)
      await until(async () => (await jobsFor(store.sql, table.id)).every((job) => job.finishedAt !== null))
    },
  )

  it.each(['null', 'snappy', 'zstandard'] as const)(
    'a purge reads manifests compressed with %s',
    async (codec) => {
      const { store, storage, place, deps } = fixture
      const table = await testTable(store.sql, storage, place, {
        codec,
        location: `${place.root}/c/t`,
        drop: { purge: true },
      })
      await runUntilGone(deps, table.id)
      expect(await fixture.all()).toEqual([])
    },
  )

  it('a purge reads the metadata file when the database does not contain the metadata', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      bodyInRow: false,
      location: `${place.root}/c/t`,
      drop: { purge: true },
    })
    await runUntilGone(deps, table.id)
    expect(await fixture.all()).toEqual([])
  })

  it('a purge deletes only files within the locations of the table itself, although its manifests name other files', async () => {
    const { store, storage, place, deps, outside } = fixture
    const live = await testTable(store.sql, storage, place, { location: `${place.root}/a/live` })
    const dropped = await testTable(store.sql, storage, place, {
      location: `${place.root}/a/dropped`,
      drop: { purge: true, retentionSeconds: 3_600 },
    })
    const foreign = `${outside}/secret.parquet`
    const loose = `${place.root}/loose/imported.parquet`
    for (const file of [foreign, loose]) await storage.put(file, Buffer.from('x'))
    const [a = ''] = live.dataFiles
    const [b = ''] = dropped.dataFiles
    const named = [
      a,
      live.metadataLocation,
      b,
      foreign,
      loose,
      'relative/file.parquet',
      `${place.root}/a/live/../live/x`,
      'gs://bucket/x',
    ]
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/a/purged`,
      named,
      drop: { purge: true },
    })
    await runUntilGone(deps, table.id)
    const left = await fixture.all()
    expect(left.toSorted()).toEqual([...live.files, ...dropped.files, foreign, loose].toSorted())
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ spared: named.length, deleted: table.files.length })
  })

  it('a purge counts a file once, even if several manifest entries name it', async () => {
    const { store, storage, place, deps, outside } = fixture
    const [own, foreign] = [`${place.root}/a/often/often.parquet`, `${outside}/often.parquet`]
    for (const file of [own, foreign]) await storage.put(file, Buffer.from('x'))
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/a/often`,
      named: Array.from({ length: 300 }, (_, turn) => (turn % 2 === 0 ? own : foreign)),
      drop: { purge: true },
    })
    await runUntilGone(deps, table.id)
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ spared: 1, deleted: table.files.length + 1 })
  })

  it('a purge keeps files within a location of a table that is being created', async () => {
    const { store, storage, place, deps } = fixture
    const staged = ['staged/', 'staged-data/', 'staged-metadata/'].map((folder) => `${place.root}/${folder}`)
    const files = staged.map((prefix) => `${prefix}written-already`)
    for (const file of files) await storage.put(file, Buffer.from('x'))
    const row = {
      id: randomUUID(),
      warehouseId: place.warehouseId,
      namespaceId: place.namespaceId,
      path: 'sales',
      name: 'staged',
      uuid: randomUUID(),
      location: staged[0] ?? '',
      prefixes: staged,
      places: fileTestPlaces(staged),
      storeName: null,
      seconds: null,
      principalId: randomUUID(),
    }
    await insertStaged(store.sql, row, await currentRecord(store.sql))
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/purged`,
      named: files,
      drop: { purge: true },
    })
    await runUntilGone(deps, table.id)
    expect((await fixture.all()).toSorted()).toEqual(files.toSorted())
  })

  it('a purge deletes all remaining files below a location that the server chose', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, { drop: { purge: true } })
    await storage.put(`${table.location}/data/of-a-failed-commit.parquet`, Buffer.from('x'))
    const neighbour = `${place.root}/${randomUUID()}/kept`
    await storage.put(neighbour, Buffer.from('x'))
    await runUntilGone(deps, table.id)
    expect(await fixture.all()).toEqual([neighbour])
  })

  it('a purge finishes and writes one audit event when the last response of the database is lost', async () => {
    const { store, storage, place, deps } = fixture
    const { sql } = store
    let lost = 0
    const losing = replaceMethods(sql, {
      async transaction(work, options) {
        const result = await sql.transaction(work, options)
        if (await relationExists(sql, table.id)) return result
        lost += 1
        if (lost === 1) throw new HeadgateError('commit-state-unknown', 'The response was lost.')
        return result
      },
    })
    const table = await testTable(sql, storage, place, { drop: { purge: true } })
    await runUntilGone({ ...deps, sql: losing }, table.id)
    const ended = async (): Promise<boolean> =>
      (await jobsFor(sql, table.id)).every(({ finishedAt }) => finishedAt !== null)
    await using _ = startTestJobs(deps)
    await until(ended)
    expect(lost).toBeGreaterThan(0)
    expect(await fixture.all()).toEqual([])
    expect((await eventsFor(sql, table.id)).map(({ operation }) => operation)).toEqual(['purgeRelation'])
  })

  it('a purge skips files whose names are not valid locations, and finishes', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, { drop: { purge: true } })
    const folder = fileURLToPath(`${table.location}/data`)
    const odd = ['a#b.parquet', 'a?b.parquet', 'a\\b.parquet', 'two\nlines.parquet']
    for (const name of odd) await writeFile(join(folder, name), 'x')
    await storage.put(`${table.location}/data/of-a-failed-commit.parquet`, Buffer.from('x'))
    await runUntilGone(deps, table.id)
    expect((await readdir(folder)).toSorted()).toEqual(odd.toSorted())
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ deleted: table.files.length + 1, spared: odd.length })
  })

  it('a purge keeps files that the metadata does not name below a location that a client chose', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/chosen`,
      drop: { purge: true },
    })
    const stranger = `${table.location}/not-of-the-table.txt`
    await storage.put(stranger, Buffer.from('x'))
    await runUntilGone(deps, table.id)
    expect(await fixture.all()).toEqual([stranger])
  })

  it('a purge keeps the data files of a table with gc.enabled=false', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      properties: { 'gc.enabled': 'false' },
      drop: { purge: true },
    })
    await runUntilGone(deps, table.id)
    expect((await fixture.all()).toSorted()).toEqual(table.dataFiles.toSorted())
  })

  it('a purge continues after missing and damaged files, and keeps and reports the damaged ones', async () => {
    const { store, storage, place, deps } = fixture
    const location = `${place.root}/chosen`
    const table = await testTable(store.sql, storage, place, { location, drop: { purge: true } })
    const [firstList = '', secondList = ''] = table.lists
    const [firstManifest = '', , thirdManifest = ''] = table.manifests
    await storage.delete(firstList)
    await storage.delete(firstManifest)
    await storage.put(thirdManifest, Buffer.from('Obj\u0001 this was changed'))
    await storage.put(secondList, Buffer.from('nor this'))
    await runUntilGone(deps, table.id)
    const left = await fixture.all()
    // The damaged third manifest names the data files of the second snapshot, and the missing first manifest names
    // those of the first snapshot.
    const unknown = table.dataFiles.filter((file) => /\/f-[12]-/.test(file))
    expect(left.toSorted()).toEqual([secondList, thirdManifest, ...unknown].toSorted())
    expect((await eventsFor(store.sql, table.id))[0]?.detail).toMatchObject({ unreadable: 2 })
  })

  it('a purge keeps an unreadable metadata file at a location that a client chose, because only this file names the remaining files', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/chosen`,
      bodyInRow: false,
      drop: { purge: true },
    })
    await storage.put(table.metadataLocation, Buffer.from('{"format-version": 9}'))
    await runUntilGone(deps, table.id)
    expect((await fixture.all()).toSorted()).toEqual(table.files.toSorted())
  })

  it('a purge deletes the metadata file of a view', async () => {
    const { store, storage, place, deps } = fixture
    const id = randomUUID()
    const location = `${place.root}/views/v`
    const metadataLocation = `${location}/metadata/00000.gz.metadata.json`
    await storage.put(metadataLocation, Buffer.from('x'))
    const row = {
      id,
      warehouseId: place.warehouseId,
      namespaceId: place.namespaceId,
      name: 'v',
      kind: 'view',
      uuid: id,
      location,
    } as const
    await insertRelation(
      store.sql,
      {
        ...row,
        metadataLocation,
        prefixes: [`${location}/`],
        places: fileTestPlaces([location]),
        storeName: null,
        isReserved: false,
        ownerId: id,
        definerId: null,
        body: null,
        refs: null,
        digest: '00',
      },
      await currentRecord(store.sql),
    )
    const rowVersion = { id, version: 1, namespaceId: place.namespaceId, name: 'v', metadataLocation }
    await dropRelation(
      store.sql,
      { rowVersion, path: 'sales', principalId: id, retentionSeconds: 0, purge: true },
      await currentRecord(store.sql),
    )
    await runUntilGone(deps, id)
    expect(await fixture.all()).toEqual([])
  })

  it('a purge keeps a manifest while one of the files that it names cannot be deleted, and runs again', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/chosen`,
      drop: { purge: true },
    })
    const [stubborn = ''] = table.dataFiles
    let broken = true
    const flaky: Storage = Object.create(storage, {
      deleteMany: {
        value: async (locations: readonly string[], options: object) => {
          const failing = broken ? locations.filter((location) => location === stubborn) : []
          const { failed } = await storage.deleteMany(
            locations.filter((location) => !failing.includes(location)),
            options,
          )
          const error = new HeadgateError('unavailable', 'the disk is unavailable')
          return { failed: [...failed, ...failing.map((location) => ({ location, error }))] }
        },
      },
      ...bound(storage),
    }) as Storage
    const flakyParts = {
      ...deps,
      warehouses: { get: async (name: string) => withStorage(await deps.warehouses.get(name), flaky) },
    }
    await using _ = startTestJobs(flakyParts)
    await until(async () => (await jobsFor(store.sql, table.id))[0]?.lastError === 'the disk is unavailable')
    const left = await fixture.all()
    expect(left).toContain(stubborn)
    expect(left).toContain(table.manifests[0])
    for (const list of table.lists) expect(left).toContain(list)
    expect(left).toContain(table.metadataLocation)
    broken = false
    await until(async () => !(await relationExists(store.sql, table.id)))
    expect(await fixture.all()).toEqual([])
  })
})

describe('The end of retention', () => {
  it('the end of the retention deletes the database row of a table that was dropped without purge, and keeps its files', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, { drop: { purge: false } })
    await runUntilGone(deps, table.id)
    expect((await fixture.all()).length).toBe(table.files.length)
    expect((await eventsFor(store.sql, table.id))[0]).toMatchObject({
      operation: 'expireRelation',
      detail: { files: 'kept' },
    })
  })

  it('a dropped table is not deleted before its retention ends', async () => {
    const { store, storage, place, deps } = fixture
    const table = await testTable(store.sql, storage, place, {
      drop: { purge: true, retentionSeconds: 3_600 },
    })
    const due = await testTable(store.sql, storage, place, { drop: { purge: true } })
    await runUntilGone(deps, due.id)
    expect(await relationExists(store.sql, table.id)).toBe(true)
    expect((await fixture.all()).toSorted()).toEqual(table.files.toSorted())
  })

  it('the end of the retention starts one purge, regardless of the number of replicas', async () => {
    const { store, storage, place, deps } = fixture
    const tables: TestTable[] = []
    for (let index = 0; index < 5; index += 1)
      tables.push(await testTable(store.sql, storage, place, { snapshots: 1, drop: { purge: true } }))
    const replicas = [startTestJobs(deps), startTestJobs(deps), startTestJobs(deps)]
    await until(
      async () => !(await Promise.all(tables.map(({ id }) => relationExists(store.sql, id)))).includes(true),
    )
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    for (const { id } of tables) {
      expect(await jobsFor(store.sql, id)).toHaveLength(1)
      expect(await eventsFor(store.sql, id)).toHaveLength(1)
    }
    expect(await fixture.all()).toEqual([])
  })
})

function withStorage<W extends object>(
  warehouse: W | null,
  storage: Storage,
): (W & { storage: Storage }) | null {
  return warehouse === null ? null : { ...warehouse, storage }
}

/**
 * Returns property descriptors with bound methods, because methods that use private members work only on the
 * original object.
 */
function bound(storage: Storage): PropertyDescriptorMap {
  return {
    get: { value: storage.get.bind(storage) },
    getBytes: { value: storage.getBytes.bind(storage) },
    list: { value: storage.list.bind(storage) },
  }
}
