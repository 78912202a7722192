import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { FileStorage } from '@headgate/storage'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testServer } from '../../test/server.ts'
import { lanceSend, locationOf, manifestPath, writeVersion } from '../../test/lance/lance.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { statement } from '../store/sql.ts'
import { lanceVersionsSweep } from './lance-versions.ts'

const insert = statement(
  'test_lance_sweep',
  `insert into lance_version (relation_id, branch, version, state, manifest, digest, batch_id, ends_at, changed_at)
   select id, '', $2, $3, $4, null, $5, now() + make_interval(secs => $6), now() + make_interval(secs => $6) from relation where name = $1`,
)
const states = statement(
  'test_lance_sweep_states',
  'select version, state from lance_version order by version',
)

test('the sweep removes the manifests of deleted versions and of expired batches, and deletes old records', async () => {
  await using server = await testServer()
  const lance = lanceSend(server.send)
  await lance('namespace/sales/create')
  const location = locationOf(await lance('table/sales$orders/declare'))
  const fileOf = (version: number): string => manifestPath(location, version)
  for (const version of [1, 2, 3]) await writeVersion(server, location, fileOf(version).split('/').at(-1))
  const add = (version: number, state: string, seconds: number): Promise<unknown> => {
    const manifest = `${location}/_versions/${fileOf(version).split('/').at(-1)}`
    return server.sql.run(insert, ['orders', version, state, manifest, randomUUID(), seconds])
  }
  await add(1, 'deleted', -120)
  await add(2, 'deleted', 0)
  await add(3, 'pending', 60)
  await add(4, 'pending', -1)
  await add(5, 'removed', -3_600)
  await using storage = new FileStorage({ roots: [server.root] })
  const warehouses = { get: () => Promise.resolve({ storage } as Partial<Warehouse> as Warehouse) }
  const log = pino({ enabled: false })
  const sweep = lanceVersionsSweep({ sql: server.sql, maxMetadataBytes: 1_000_000, log, warehouses })
  await sweep.run(new AbortController().signal)
  expect(await server.sql.run(states)).toEqual([
    { version: 1, state: 'removed' },
    { version: 2, state: 'removed' },
    { version: 3, state: 'pending' },
    { version: 4, state: 'removed' },
  ])
  await expect(access(fileOf(1))).rejects.toThrow('ENOENT')
  await access(fileOf(3))
})
