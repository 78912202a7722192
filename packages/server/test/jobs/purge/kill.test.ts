import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readManifest, readManifestList } from '@headgate/iceberg/manifest'
import { programEnvironment } from '@headgate/testkit'
import { describe, expect, it } from 'vitest'
import { eventsFor, jobsFor, relationExists, runUntilGone, until } from '../jobs.ts'
import { type PurgeFixture, openPurgeFixture } from './purge-fixture.ts'
import { type TestTable, testTable } from './table.ts'

const worker = fileURLToPath(new URL('kill-worker.ts', import.meta.url))

describe('A purge that is killed', () => {
  it.each(['that a client chose', 'that the server chose'])(
    'a purge that is killed repeatedly deletes all files of its table and no others, at a location %s',
    { timeout: 120_000 },
    async (chosen) => {
      await using fixture = await openPurgeFixture()
      const { store, storage, place } = fixture
      const ours = chosen === 'that the server chose'
      const kept = await testTable(store.sql, storage, place, { location: `${place.root}/chosen/other` })
      const table = await testTable(store.sql, storage, place, {
        location: ours ? `${place.root}/${randomUUID()}` : `${place.root}/chosen/orders`,
        snapshots: 4,
        filesPerManifest: 4,
        bodyInRow: false,
        drop: { purge: true },
      })
      if (ours)
        for (const stray of ['a', 'b', 'c'])
          await storage.put(`${table.location}/data/${stray}`, Buffer.from('x'))
      let kills = 0
      while (await relationExists(store.sql, table.id)) {
        // The number of deleted files per run varies, so that runs end at every kind of file.
        if ((await runWorker(fixture, (kills % 6) + 1)) === 'SIGKILL') kills += 1
        await expectOrder(fixture, table)
      }
      expect(kills).toBeGreaterThan(10)
      expect((await fixture.all()).toSorted()).toEqual(kept.files.toSorted())
      const events = await eventsFor(store.sql, table.id)
      expect(events.map(({ operation }) => operation)).toEqual(['purgeRelation'])
      expect(await jobsFor(store.sql, table.id)).toHaveLength(1)
    },
  )

  it(
    'a purge that is killed after its first file continues in another process with the next file',
    { timeout: 60_000 },
    async () => {
      await using fixture = await openPurgeFixture()
      const { store, storage, place, deps } = fixture
      const table = await testTable(store.sql, storage, place, { drop: { purge: true } })
      expect(await runWorker(fixture, 1)).toBe('SIGKILL')
      expect(await fixture.all()).toHaveLength(table.files.length - 1)
      await runUntilGone(deps, table.id)
      expect(await fixture.all()).toEqual([])
    },
  )
})

/**
 * Runs the jobs in a process that is killed after `budget` deleted files or ends when the purge has finished.
 */
async function runWorker({ store, place }: PurgeFixture, budget: number): Promise<NodeJS.Signals | null> {
  const folder = place.root.slice(0, place.root.lastIndexOf('/'))
  const args = ['--conditions=x-source', worker, store.url, folder, place.root, String(budget)]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: programEnvironment(),
  })
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  let ended = false
  void exit.then(() => (ended = true))
  const { sql } = store
  await until(async () => ended || !(await anyDropped(sql)), 30_000)
  child.kill('SIGTERM')
  const [, signal] = await exit
  return signal
}

async function anyDropped(sql: PurgeFixture['store']['sql']): Promise<boolean> {
  const { statement } = await import('../../../src/store/sql.ts')
  return (
    (await sql.run(statement('test_any_dropped', 'select from relation where dropped_at is not null')))
      .length > 0
  )
}

/** Checks that each existing file is named by a file that exists. */
async function expectOrder(fixture: PurgeFixture, table: TestTable): Promise<void> {
  const { storage } = fixture
  const left = new Set(await fixture.all())
  const named = new Set<string>()
  for (const list of table.lists) {
    if (!left.has(list)) continue
    for await (const manifests of readManifestList((await storage.get(list)).body))
      for (const { path } of manifests) named.add(path)
  }
  for (const manifest of table.manifests) if (left.has(manifest)) expect(named).toContain(manifest)
  const files = new Set<string>()
  for (const manifest of table.manifests) {
    if (!left.has(manifest)) continue
    for await (const entries of readManifest((await storage.get(manifest)).body))
      for (const { file } of entries) files.add(file.path)
  }
  for (const file of table.dataFiles) if (left.has(file)) expect(files).toContain(file)
  const others = [...left].filter((file) => table.files.includes(file) && file !== table.metadataLocation)
  if (others.length > 0) expect(left).toContain(table.metadataLocation)
}
