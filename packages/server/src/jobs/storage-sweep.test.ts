import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openWarehouseStorage } from '../catalog/open-storage.ts'
import { Warehouses } from '../catalog/warehouses.ts'
import { masterKeyFrom } from '../keys/master-key.ts'
import { StorageRegistry } from '@headgate/storage'
import { statement } from '../store/sql.ts'
import { testStore } from '../../test/store/database.ts'
import { storageSweep } from './storage-sweep.ts'

const insertWarehouse = statement(
  'test_sweep_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, $2, 'managed', $3, $4)`,
)

/** Sets the times of all files in a folder to a number of days before now. */
async function age(folder: string, days: number): Promise<void> {
  const past = new Date(Date.now() - days * 86_400_000)
  for (const name of await readdir(folder, { recursive: true })) await utimes(join(folder, name), past, past)
}

test('the storage cleanup removes multipart uploads that are older than a week from every available warehouse, and keeps newer uploads', async () => {
  await using stack = new AsyncDisposableStack()
  const { sql } = stack.use(await testStore())
  const folder = await mkdtemp(join(tmpdir(), 'headgate-sweep-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['away', 'bare', 'bucket', 'on-s3']) {
    const directory = { type: 'file', root: `file://${folder}/${name}` }
    const profile = {
      away: directory,
      bare: directory,
      bucket: { ...directory, bucket: 'lake' },
      'on-s3': { type: 's3', bucket: 'none', region: 'x' },
    }[name]
    await mkdir(join(folder, name))
    await sql.run(insertWarehouse, [randomUUID(), name, JSON.stringify(profile), randomUUID()])
  }
  const registry = stack.use(new StorageRegistry())
  const master = masterKeyFrom(randomBytes(32))
  const opened = new Set<string>()
  const openStorage: Parameters<typeof Warehouses.open>[0]['openStorage'] = (row) => {
    opened.add(row.name)
    return openWarehouseStorage(row, { master, registry })
  }
  const warehouses = stack.use(await Warehouses.open({ sql, openStorage, maxAgeMs: 10_000 }))
  const uploads = async (name: string): Promise<string[]> => {
    const warehouse = await warehouses.get(name)
    const location = `${warehouse?.root}/t/a`
    await warehouse?.storage.createUpload(location)
    await age(join(folder, name), 8)
    await warehouse?.storage.createUpload(location)
    return await readdir(join(folder, name, '.headgate-uploads'))
  }
  expect(await uploads('bare')).toHaveLength(2)
  expect(await uploads('bucket')).toHaveLength(2)
  await rm(join(folder, 'away'), { recursive: true })

  const lines: { readonly msg: string; readonly warehouse: string }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  await storageSweep({ sql, warehouses, log }).run(new AbortController().signal)
  for (const name of ['bare', 'bucket'])
    expect(await readdir(join(folder, name, '.headgate-uploads'))).toHaveLength(1)
  expect([...opened].toSorted()).toEqual(['away', 'bare', 'bucket'])
  expect(lines).toMatchObject([
    { msg: expect.stringContaining('could not be removed'), warehouse: 'away' },
    { warehouse: 'bare', files: 0, uploads: 1 },
    { warehouse: 'bucket', files: 0, uploads: 1 },
  ])
})
