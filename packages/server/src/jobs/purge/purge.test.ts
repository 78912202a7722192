import { HeadgateError } from '@headgate/errors'
import { randomUUID } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceMethods } from '../../faults/replace-methods.ts'
import type { Storage } from '../../storage/storage.ts'
import { insertRelation } from '../../store/relation-writes.ts'
import { dropRelation } from '../../store/relation-moves.ts'
import { fileTestPlaces } from '../../storage/test-places.ts'
import { insertStaged } from '../../store/staged-relations.ts'
import { eventsFor, jobsFor, relationExists, runUntilGone, startTestJobs, until } from '../test-jobs.ts'
import { type TestLake, testLake } from './test-lake.ts'
import { currentRiders, type TestTable, testTable } from './test-table.ts'

let lake: TestLake
beforeEach(async () => {
  lake = await testLake()
})
afterEach(() => lake[Symbol.asyncDispose]())

describe('a purge', () => {
  it.each([1, 2, 3] as const)(
    'deletes everything that a table of format %i names, and then its row',
    async (formatVersion) => {
      const { store, storage, place, parts } = lake
      const location = `${place.root}/chosen/orders`
      const table = await testTable(store.sql, storage, place, {
        formatVersion,
        location,
        drop: { purge: true },
      })
      const before = await lake.all()
      expect(before.toSorted()).toEqual(table.files.toSorted())
      await runUntilGone(parts, table.id)
      expect(await lake.all()).toEqual([])
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

  it.each(['null', 'snappy', 'zstandard'] as const)('reads manifests compressed with %s', async (codec) => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      codec,
      location: `${place.root}/c/t`,
      drop: { purge: true },
    })
    await runUntilGone(parts, table.id)
    expect(await lake.all()).toEqual([])
  })

  it('reads the metadata file when the row does not hold it', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      bodyInRow: false,
      location: `${place.root}/c/t`,
      drop: { purge: true },
    })
    await runUntilGone(parts, table.id)
    expect(await lake.all()).toEqual([])
  })

  it('deletes only what lies in the locations of the table itself, whatever its manifests name', async () => {
    const { store, storage, place, parts, outside } = lake
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
    await runUntilGone(parts, table.id)
    const left = await lake.all()
    expect(left.toSorted()).toEqual([...live.files, ...dropped.files, foreign, loose].toSorted())
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ spared: named.length, deleted: table.files.length })
  })

  it('counts a file once, however often and in however many blocks of a manifest it is named', async () => {
    const { store, storage, place, parts, outside } = lake
    const [own, foreign] = [`${place.root}/a/often/often.parquet`, `${outside}/often.parquet`]
    for (const file of [own, foreign]) await storage.put(file, Buffer.from('x'))
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/a/often`,
      named: Array.from({ length: 300 }, (_, turn) => (turn % 2 === 0 ? own : foreign)),
      drop: { purge: true },
    })
    await runUntilGone(parts, table.id)
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ spared: 1, deleted: table.files.length + 1 })
  })

  it('leaves alone what lies in any of the places of a table that is being created', async () => {
    const { store, storage, place, parts } = lake
    const staged = ['staged/', 'staged-data/', 'staged-metadata/'].map((folder) => `${place.root}/${folder}`)
    const files = staged.map((prefix) => `${prefix}written-already`)
    for (const file of files) await storage.put(file, Buffer.from('x'))
    const row = {
      id: randomUUID(),
      warehouseId: place.warehouseId,
      path: 'sales',
      name: 'staged',
      uuid: randomUUID(),
      location: staged[0] ?? '',
      prefixes: staged,
      places: fileTestPlaces(staged),
      seconds: null,
      principalId: randomUUID(),
    }
    await insertStaged(store.sql, row, await currentRiders(store.sql))
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/purged`,
      named: files,
      drop: { purge: true },
    })
    await runUntilGone(parts, table.id)
    expect((await lake.all()).toSorted()).toEqual(files.toSorted())
  })

  it('clears a location that the server chose of everything that was left there', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, { drop: { purge: true } })
    await storage.put(`${table.location}/data/of-a-failed-commit.parquet`, Buffer.from('x'))
    const neighbour = `${place.root}/${randomUUID()}/kept`
    await storage.put(neighbour, Buffer.from('x'))
    await runUntilGone(parts, table.id)
    expect(await lake.all()).toEqual([neighbour])
  })

  it('whose last answer of the store is lost has ended, and is told once', async () => {
    const { store, storage, place, parts } = lake
    const { sql } = store
    let lost = 0
    const losing = replaceMethods(sql, {
      async transaction(work, options) {
        const result = await sql.transaction(work, options)
        if (await relationExists(sql, table.id)) return result
        lost += 1
        if (lost === 1) throw new HeadgateError('commit-state-unknown', 'The answer was lost.')
        return result
      },
    })
    const table = await testTable(sql, storage, place, { drop: { purge: true } })
    await runUntilGone({ ...parts, sql: losing }, table.id)
    const ended = async (): Promise<boolean> =>
      (await jobsFor(sql, table.id)).every(({ finishedAt }) => finishedAt !== null)
    await using _ = startTestJobs(parts)
    await until(ended)
    expect(lost).toBeGreaterThan(0)
    expect(await lake.all()).toEqual([])
    expect((await eventsFor(sql, table.id)).map(({ operation }) => operation)).toEqual(['purgeRelation'])
  })

  it('passes over files whose names are no locations, and ends', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, { drop: { purge: true } })
    const folder = fileURLToPath(`${table.location}/data`)
    const odd = ['a#b.parquet', 'a?b.parquet', 'a\\b.parquet', 'two\nlines.parquet']
    for (const name of odd) await writeFile(join(folder, name), 'x')
    await storage.put(`${table.location}/data/of-a-failed-commit.parquet`, Buffer.from('x'))
    await runUntilGone(parts, table.id)
    expect((await readdir(folder)).toSorted()).toEqual(odd.toSorted())
    const [event] = await eventsFor(store.sql, table.id)
    expect(event?.detail).toMatchObject({ deleted: table.files.length + 1, spared: odd.length })
  })

  it('keeps what it does not know at a location that somebody chose', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/chosen`,
      drop: { purge: true },
    })
    const stranger = `${table.location}/not-of-the-table.txt`
    await storage.put(stranger, Buffer.from('x'))
    await runUntilGone(parts, table.id)
    expect(await lake.all()).toEqual([stranger])
  })

  it('keeps the data files of a table that says they are not its own', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      properties: { 'gc.enabled': 'false' },
      drop: { purge: true },
    })
    await runUntilGone(parts, table.id)
    expect((await lake.all()).toSorted()).toEqual(table.dataFiles.toSorted())
  })

  it('goes on past files that are missing, and past damaged ones, which it reports and keeps', async () => {
    const { store, storage, place, parts } = lake
    const location = `${place.root}/chosen`
    const table = await testTable(store.sql, storage, place, { location, drop: { purge: true } })
    const [firstList = '', secondList = ''] = table.lists
    const [firstManifest = '', , thirdManifest = ''] = table.manifests
    await storage.delete(firstList)
    await storage.delete(firstManifest)
    await storage.put(thirdManifest, Buffer.from('Obj\u0001 this is not what it was'))
    await storage.put(secondList, Buffer.from('nor this'))
    await runUntilGone(parts, table.id)
    const left = await lake.all()
    // The third manifest named the data files of the second snapshot, the first one those of the first.
    const unknown = table.dataFiles.filter((file) => /\/f-[12]-/.test(file))
    expect(left.toSorted()).toEqual([secondList, thirdManifest, ...unknown].toSorted())
    expect((await eventsFor(store.sql, table.id))[0]?.detail).toMatchObject({ unreadable: 2 })
  })

  it('keeps the metadata file of a chosen location when it cannot be read: nothing else names the rest', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      location: `${place.root}/chosen`,
      bodyInRow: false,
      drop: { purge: true },
    })
    await storage.put(table.metadataLocation, Buffer.from('{"format-version": 9}'))
    await runUntilGone(parts, table.id)
    expect((await lake.all()).toSorted()).toEqual(table.files.toSorted())
  })

  it('of a view deletes its metadata file', async () => {
    const { store, storage, place, parts } = lake
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
        isReserved: false,
        ownerId: id,
        definerId: null,
        body: null,
        refs: null,
        digest: '00',
      },
      await currentRiders(store.sql),
    )
    const standing = { id, version: 1, namespaceId: place.namespaceId, name: 'v', metadataLocation }
    await dropRelation(
      store.sql,
      { standing, path: 'sales', principalId: id, retentionSeconds: 0, purge: true },
      await currentRiders(store.sql),
    )
    await runUntilGone(parts, id)
    expect(await lake.all()).toEqual([])
  })

  it('deletes nothing that names others while some of those could not be deleted, and comes back', async () => {
    const { store, storage, place, parts } = lake
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
          const error = new HeadgateError('unavailable', 'the disk is away')
          return { failed: [...failed, ...failing.map((location) => ({ location, error }))] }
        },
      },
      ...bound(storage),
    }) as Storage
    const flakyParts = {
      ...parts,
      warehouses: { get: async (name: string) => withStorage(await parts.warehouses.get(name), flaky) },
    }
    await using _ = startTestJobs(flakyParts)
    await until(async () => (await jobsFor(store.sql, table.id))[0]?.lastError === 'the disk is away')
    const left = await lake.all()
    expect(left).toContain(stubborn)
    expect(left).toContain(table.manifests[0])
    for (const list of table.lists) expect(left).toContain(list)
    expect(left).toContain(table.metadataLocation)
    broken = false
    await until(async () => !(await relationExists(store.sql, table.id)))
    expect(await lake.all()).toEqual([])
  })
})

describe('the end of retention', () => {
  it('of a drop without purge forgets the relation and keeps its files', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, { drop: { purge: false } })
    await runUntilGone(parts, table.id)
    expect((await lake.all()).length).toBe(table.files.length)
    expect((await eventsFor(store.sql, table.id))[0]).toMatchObject({
      operation: 'expireRelation',
      detail: { files: 'kept' },
    })
  })

  it('is waited for', async () => {
    const { store, storage, place, parts } = lake
    const table = await testTable(store.sql, storage, place, {
      drop: { purge: true, retentionSeconds: 3_600 },
    })
    const due = await testTable(store.sql, storage, place, { drop: { purge: true } })
    await runUntilGone(parts, due.id)
    expect(await relationExists(store.sql, table.id)).toBe(true)
    expect((await lake.all()).toSorted()).toEqual(table.files.toSorted())
  })

  it('starts one purge, however many replicas notice it', async () => {
    const { store, storage, place, parts } = lake
    const tables: TestTable[] = []
    for (let index = 0; index < 5; index += 1)
      tables.push(await testTable(store.sql, storage, place, { snapshots: 1, drop: { purge: true } }))
    const replicas = [startTestJobs(parts), startTestJobs(parts), startTestJobs(parts)]
    await until(
      async () => !(await Promise.all(tables.map(({ id }) => relationExists(store.sql, id)))).includes(true),
    )
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    for (const { id } of tables) {
      expect(await jobsFor(store.sql, id)).toHaveLength(1)
      expect(await eventsFor(store.sql, id)).toHaveLength(1)
    }
    expect(await lake.all()).toEqual([])
  })
})

function withStorage<W extends object>(
  warehouse: W | null,
  storage: Storage,
): (W & { storage: Storage }) | null {
  return warehouse === null ? null : { ...warehouse, storage }
}

/** Methods of a class with private members work on the object itself only. */
function bound(storage: Storage): PropertyDescriptorMap {
  return {
    get: { value: storage.get.bind(storage) },
    getBytes: { value: storage.getBytes.bind(storage) },
    list: { value: storage.list.bind(storage) },
  }
}
