import { hash, randomUUID } from 'node:crypto'
import { stringify } from '@headgate/json'
import { canonicalPrefix, parseLocation, type Storage } from '@headgate/storage'
import { fileTestPlaces } from '../../../../storage/test/places.ts'
import { insertNamespace } from '../../../src/store/namespaces.ts'
import { dropRelation } from '../../../src/store/relation-moves.ts'
import { insertRelation } from '../../../src/store/relation-writes.ts'
import type { CommitRecord } from '../../../src/store/commit-record.ts'
import { policyVersion } from '../../../src/store/policies.ts'
import type { Sql } from '../../../src/store/sql.ts'
import { insertWarehouse } from '../../../src/store/warehouse-writes.ts'
import { compress } from '../../../src/catalog/compressed-text.ts'
import { type TestCodec, writeAvro } from '../../../../iceberg/test/avro/write-avro.ts'
import { entryRecord, entrySchema, listSchema, type TestVersion } from './manifest-schemas.ts'

export const bare: CommitRecord = { policyVersion: 1, audit: [], idempotency: null }

/**
 * Returns a commit record without audit and idempotency rows, for a change under the current policy version.
 */
export async function currentRecord(sql: Sql): Promise<CommitRecord> {
  return { ...bare, policyVersion: await policyVersion(sql) }
}

/** Warehouse with one namespace, in the database. */
export interface TestPlace {
  readonly warehouseId: string
  readonly namespaceId: string
  readonly root: string
}

export async function testPlace(
  sql: Sql,
  root: string,
  options: { name?: string; allowedLocations?: readonly string[] } = {},
): Promise<TestPlace> {
  const warehouseId = randomUUID()
  const namespaceId = randomUUID()
  const ownerId = randomUUID()
  const { name = 'lakehouse', allowedLocations = [] } = options
  const record = await currentRecord(sql)
  const content = {
    storage: { type: 'file', root },
    storageSecret: null,
    upstream: null,
    upstreamSecret: null,
    allowedLocations,
    defaults: {},
    overrides: {},
    vending: { mode: 'none' },
  }
  await insertWarehouse(
    sql,
    { id: warehouseId, name, ownerId, ...content, retentionSeconds: 3_600, protected: false },
    record,
  )
  await insertNamespace(
    sql,
    { id: namespaceId, warehouseId, parentId: null, levels: ['sales'], ownerId, properties: {} },
    record,
  )
  return { warehouseId, namespaceId, root }
}

export interface TestTableOptions {
  readonly formatVersion?: TestVersion
  readonly codec?: TestCodec
  readonly snapshots?: number
  readonly filesPerManifest?: number
  /** Location that a client chose. Default: a location that the server chooses. */
  readonly location?: string
  /** Additional files that the first manifest names. */
  readonly named?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly bodyInRow?: boolean
  /** True when the metadata file contains the uuid of the row. */
  readonly uuidInFile?: boolean
  readonly record?: CommitRecord
}

export interface TestTable {
  readonly id: string
  readonly location: string
  readonly metadataLocation: string
  /** All files that the table's metadata names, including the metadata file. */
  readonly files: readonly string[]
  readonly dataFiles: readonly string[]
  readonly manifests: readonly string[]
  readonly lists: readonly string[]
}

/**
 * Writes a table with real files. Each snapshot adds a data manifest and, from format version 2 on, a delete
 * manifest. Its manifest list also names the manifests of all earlier snapshots.
 */
async function writeTestTable(
  storage: Storage,
  place: TestPlace,
  options: TestTableOptions,
  uuid: string,
): Promise<Omit<TestTable, 'id'> & { text: Buffer }> {
  const {
    formatVersion = 2,
    codec = 'deflate',
    snapshots = 3,
    filesPerManifest = 5,
    named = [],
    properties = {},
  } = options
  const location = options.location ?? `${place.root}/${randomUUID()}`
  const dataFiles: string[] = []
  const manifests: string[] = []
  const lists: string[] = []
  const others: string[] = []
  const put = async (path: string, bytes: Uint8Array | string, into: string[]): Promise<string> => {
    const full = `${location}/${path}`
    await storage.put(full, Buffer.from(bytes))
    into.push(full)
    return full
  }
  const entries: Record<string, unknown>[] = []
  for (let index = 1; index <= snapshots; index += 1) {
    for (const content of formatVersion === 1 ? [0] : [0, 1]) {
      const paths: string[] = []
      for (let file = 0; file < filesPerManifest; file += 1) {
        const name =
          content === 0
            ? `data/day=2026-01-0${index}/f-${index}-${file}.parquet`
            : `data/dv-${index}-${Math.floor(file / 2)}.puffin`
        const full = `${location}/${name}`
        if (!dataFiles.includes(full)) await put(name, 'x', dataFiles)
        paths.push(full)
      }
      if (index === 1 && content === 0) paths.push(...named)
      const records = paths.map((path) => entryRecord(formatVersion, content, path))
      records.push({
        ...entryRecord(formatVersion, content, `${place.root}/was-removed-earlier.parquet`),
        status: 2,
      })
      const manifest = await put(
        `metadata/${randomUUID()}-m${content}.avro`,
        // The purge counts a delete file that two records name only once when both records are in one block.
        await writeAvro(entrySchema(formatVersion), records, {
          codec,
          blockSize: content === 0 ? 512 : 65_536,
        }),
        manifests,
      )
      entries.push({
        manifest_path: manifest,
        manifest_length: 9_007_199_254_740_993n,
        partition_spec_id: 0,
        content,
        sequence_number: index,
        added_snapshot_id: 6_051_714_159_128_263_847n,
      })
    }
    const list = await writeAvro(listSchema(formatVersion), entries, { codec })
    await put(`metadata/snap-${index}-${randomUUID()}.avro`, list, lists)
  }
  const statistics = await put(`metadata/stats-${randomUUID()}.puffin`, 's', others)
  const partitionStatistics = await put(`metadata/partition-stats-${randomUUID()}.parquet`, 's', others)
  const old = [
    await put('metadata/00000-a.metadata.json', '{}', others),
    await put('metadata/00001-b.metadata.json', '{}', others),
  ]
  const document = metadataDocument({
    formatVersion,
    uuid,
    location,
    lists,
    statistics,
    partitionStatistics,
    old,
    properties,
  })
  const text = Buffer.from(stringify(document))
  const metadataLocation = await put(`metadata/00002-${randomUUID()}.metadata.json`, text, others)
  return {
    location,
    metadataLocation,
    text,
    dataFiles,
    manifests,
    lists,
    files: [...dataFiles, ...manifests, ...lists, ...others],
  }
}

/**
 * Writes a table with real files, and its row in the database. The table is live, or dropped with an expired
 * retention.
 */
export async function testTable(
  sql: Sql,
  storage: Storage,
  place: TestPlace,
  options: TestTableOptions & {
    readonly drop?: { readonly purge: boolean; readonly retentionSeconds?: number }
  } = {},
): Promise<TestTable> {
  const id = randomUUID()
  const table = await writeTestTable(storage, place, options, options.uuidInFile === true ? id : randomUUID())
  const { record = await currentRecord(sql) } = options
  const name = `t_${id.slice(0, 8)}`
  await insertRelation(
    sql,
    {
      id,
      warehouseId: place.warehouseId,
      namespaceId: place.namespaceId,
      name,
      kind: 'table',
      uuid: id,
      metadataLocation: table.metadataLocation,
      location: table.location,
      prefixes: [canonicalPrefix(parseLocation(table.location))],
      places: fileTestPlaces([table.location]),
      storeName: null,
      isReserved: false,
      ownerId: randomUUID(),
      definerId: null,
      body: options.bodyInRow === false ? null : await compress(table.text),
      refs: null,
      digest: hash('sha256', table.text, 'hex'),
    },
    record,
  )
  if (options.drop) {
    const { metadataLocation } = table
    const rowVersion = { id, version: 1, namespaceId: place.namespaceId, name, metadataLocation }
    const { purge, retentionSeconds = 0 } = options.drop
    const done = await dropRelation(
      sql,
      { rowVersion, path: 'sales', principalId: randomUUID(), retentionSeconds, purge },
      record,
    )
    if (!done) throw new Error('the test table could not be dropped')
  }
  return { id, ...table }
}

interface DocumentDeps {
  readonly formatVersion: TestVersion
  readonly uuid: string
  readonly location: string
  readonly lists: readonly string[]
  readonly statistics: string
  readonly partitionStatistics: string
  readonly old: readonly string[]
  readonly properties: Readonly<Record<string, string>>
}

function metadataDocument(deps: DocumentDeps): Parameters<typeof stringify>[0] {
  const { formatVersion, location, lists } = deps
  const field = { id: 1, name: 'x', required: false, type: 'int' }
  const ids = lists.map((_, index) => 6_051_714_159_128_263_000n + BigInt(index))
  return {
    'format-version': formatVersion,
    'table-uuid': deps.uuid,
    location,
    'last-sequence-number': lists.length,
    'last-updated-ms': 1_700_000_000_000,
    'last-column-id': 1,
    schema: { type: 'struct', 'schema-id': 0, fields: [field] },
    schemas: [{ type: 'struct', 'schema-id': 0, fields: [field] }],
    'current-schema-id': 0,
    'partition-spec': [],
    'partition-specs': [{ 'spec-id': 0, fields: [] }],
    'default-spec-id': 0,
    'last-partition-id': 999,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    'default-sort-order-id': 0,
    properties: deps.properties,
    'current-snapshot-id': ids.at(-1) ?? -1,
    ...(formatVersion === 3 ? { 'next-row-id': 100 } : {}),
    refs: ids.length === 0 ? {} : { main: { 'snapshot-id': ids.at(-1) ?? 0, type: 'branch' } },
    snapshots: lists.map((list, index) => ({
      'snapshot-id': ids[index] ?? 0,
      ...(formatVersion === 1 ? {} : { 'sequence-number': index + 1 }),
      ...(formatVersion === 3 ? { 'first-row-id': 0, 'added-rows': 5 } : {}),
      'timestamp-ms': 1_700_000_000_000,
      'manifest-list': list,
      summary: { operation: 'append' },
      'schema-id': 0,
    })),
    statistics: [
      {
        'snapshot-id': ids[0] ?? 0,
        'statistics-path': deps.statistics,
        'file-size-in-bytes': 1,
        'file-footer-size-in-bytes': 1,
        'blob-metadata': [],
      },
    ],
    'partition-statistics': [
      { 'snapshot-id': ids[0] ?? 0, 'statistics-path': deps.partitionStatistics, 'file-size-in-bytes': 1 },
    ],
    'snapshot-log': [],
    'metadata-log': deps.old.map((file) => ({ 'timestamp-ms': 1_700_000_000_000, 'metadata-file': file })),
  }
}
