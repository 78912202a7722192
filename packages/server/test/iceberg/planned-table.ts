import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@headgate/json'
import { writeAvro } from '../../../iceberg/test/avro/write-avro.ts'
import { entryRecord, entrySchema, listSchema } from '../../../iceberg/test/manifest/write-manifest.ts'
import type { Warehouse } from '../../src/catalog/warehouses.ts'
import { statement } from '../../src/store/sql.ts'
import type { TestServer } from '../server.ts'
import { append, objectAt, readLocation, schema } from './tables.ts'

/** Table in namespace `sales` with manifests. File `f-N` has the ids 2^60 + 10 N to 2^60 + 10 N + 9. */
export interface PlannedTestTable {
  readonly id: string
  readonly location: string
  /** Ids of the snapshots. The first half of the files was added by the first one. */
  readonly snapshots: readonly bigint[]
  readonly manifestLists: readonly string[]
  /** Replaces the content of the newest manifest list. */
  overwrite(text: string): Promise<void>
}

export interface PlannedTableOptions {
  readonly files: number
  readonly filesPerManifest?: number
  /** True: the table has a partition field, and its value is null for all files. */
  readonly partitioned?: boolean
  /** Table whose manifest list the new table uses. Absent: the new table has its own manifest list. */
  readonly manifestsOf?: PlannedTestTable
}

const findId = statement('test_relation_id', 'select id from relation where name = $1')

/** Creates a table with manifests. With more than one file, it has two snapshots, and the first file has a delete file. */
export async function writeTable(
  server: TestServer,
  name: string,
  { files, filesPerManifest = 3, partitioned = false, manifestsOf }: PlannedTableOptions,
): Promise<PlannedTestTable> {
  const { storage } = await warehouseOf(server)
  await server.send('POST', 'namespaces', { namespace: ['sales'] })
  const spec = { fields: [{ 'source-id': 1, name: 'part', transform: 'bucket[4]' }] }
  const created = await server.send('POST', 'namespaces/sales/tables', {
    name,
    schema,
    ...(partitioned ? { 'partition-spec': spec } : {}),
  })
  const location = readLocation(created)
  const [row] = await server.sql.run<{ readonly id: string }>(findId, [name])
  const id = row?.id ?? ''
  const snapshots: bigint[] = []
  const manifestLists: string[] = []
  const groups =
    files === 0
      ? []
      : files === 1
        ? [[0, 1]]
        : [
            [0, files / 2],
            [files / 2, files],
          ]
  let manifests: JsonObject[] = []
  for (const [index, [from = 0, to = 0]] of groups.entries()) {
    const snapshotId = 2n ** 61n + BigInt(index)
    for (let start = from; start < to; start += filesPerManifest) {
      const numbers = Array.from({ length: Math.min(filesPerManifest, to - start) }, (_, at) => start + at)
      manifests = [...manifests, await writeManifest(location, snapshotId, numbers, 'data')]
    }
    if (files > 1 && index === 1)
      manifests = [...manifests, await writeManifest(location, snapshotId, [0], 'deletes')]
    const list = `${location}/metadata/${randomUUID()}.avro`
    await storage.put(list, await writeAvro(listSchema(2), manifests))
    manifestLists.push(list)
    const updates = append(snapshotId, index + 1, snapshots.at(-1)).map((update) => {
      const snapshot = update['snapshot']
      if (snapshot === undefined) return update
      const manifestList = manifestsOf?.manifestLists.at(-1) ?? list
      return { ...update, snapshot: { ...objectAt(snapshot), 'manifest-list': manifestList } }
    })
    const committed = await server.send('POST', `namespaces/sales/tables/${name}`, {
      requirements: [],
      updates,
    })
    if (committed.status !== 200) throw new Error(JSON.stringify(committed.json))
    snapshots.push(snapshotId)
  }
  return {
    id,
    location,
    snapshots,
    manifestLists,
    async overwrite(text) {
      await storage.put(manifestLists.at(-1) ?? '', Buffer.from(text))
    },
  }

  async function writeManifest(
    location: string,
    snapshotId: bigint,
    numbers: readonly number[],
    content: 'data' | 'deletes',
  ): Promise<JsonObject> {
    const path = `${location}/metadata/${randomUUID()}-m.avro`
    const entries = numbers.map((number) => {
      const base = entryRecord(2)
      const bytes = (value: bigint): Buffer => {
        const buffer = Buffer.alloc(8)
        buffer.writeBigInt64LE(value)
        return buffer
      }
      const first = 2n ** 60n + BigInt(number) * 10n
      return {
        ...base,
        status: 1,
        snapshot_id: snapshotId,
        sequence_number: null,
        data_file: {
          ...(base['data_file'] as object),
          content: content === 'data' ? 0 : 1,
          file_path: content === 'data' ? `${location}/data/f-${number}` : `${location}/data/deletes`,
          partition: { day: null, bucket: null, name: null, amount: null },
          record_count: 10n,
          column_sizes: null,
          value_counts: [{ key: 1, value: 10n }],
          null_value_counts: [{ key: 1, value: 0n }],
          lower_bounds:
            content === 'data'
              ? [{ key: 1, value: bytes(first) }]
              : [{ key: 2_147_483_546, value: Buffer.from(`${location}/data/f-0`) }],
          upper_bounds:
            content === 'data'
              ? [{ key: 1, value: bytes(first + 9n) }]
              : [{ key: 2_147_483_546, value: Buffer.from(`${location}/data/f-0`) }],
          key_metadata: null,
          split_offsets: [4n],
          equality_ids: null,
        },
      }
    })
    const bytes = await writeAvro(entrySchema(2), entries, { blockSize: 64_000 })
    await storage.put(path, bytes)
    return {
      manifest_path: path,
      manifest_length: bytes.length,
      partition_spec_id: 0,
      content: content === 'data' ? 0 : 1,
      sequence_number: content === 'data' ? (snapshotId === 2n ** 61n ? 1 : 2) : 2,
      min_sequence_number: 1,
      added_snapshot_id: snapshotId,
      added_files_count: numbers.length,
      existing_files_count: 0,
      deleted_files_count: 0,
    }
  }
}

async function warehouseOf(server: TestServer): Promise<Warehouse> {
  const warehouse = await server.context.deps.warehouses.get('lakehouse')
  if (warehouse === null) throw new Error('The test server has no warehouse.')
  return warehouse
}
