import { hash, randomUUID } from 'node:crypto'
import { stringify } from '@headgate/json'
import type { Storage } from '../../storage/storage.ts'
import { canonicalPrefix } from '../../storage/location-relations.ts'
import { parseLocation } from '../../storage/location.ts'
import { fileTestPlaces } from '../../storage/test-places.ts'
import { insertNamespace } from '../../store/namespaces.ts'
import { dropRelation } from '../../store/relation-moves.ts'
import { insertRelation } from '../../store/relation-writes.ts'
import type { Riders } from '../../store/riders.ts'
import { policyVersion } from '../../store/policies.ts'
import type { Sql } from '../../store/sql.ts'
import { insertWarehouse } from '../../store/warehouse-writes.ts'
import { pack } from '../../catalog/packed-body.ts'
import { type TestCodec, writeAvro } from './test-avro.ts'
import { entryRecord, entrySchema, listSchema, type TestVersion } from './test-manifest-schemas.ts'

export const bare: Riders = { policyVersion: 1, audit: [], idempotency: null }

/** Riders without content, for a change that the current policy allows. */
export async function currentRiders(sql: Sql): Promise<Riders> {
  return { ...bare, policyVersion: await policyVersion(sql) }
}

/** A warehouse with one namespace, in the store. */
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
  const riders = await currentRiders(sql)
  const content = {
    storage: { type: 'file', root },
    storageSecret: null,
    allowedLocations,
    defaults: {},
    overrides: {},
    vending: { mode: 'none' },
  }
  await insertWarehouse(
    sql,
    { id: warehouseId, name, ownerId, ...content, retentionSeconds: 3_600, protected: false },
    riders,
  )
  await insertNamespace(
    sql,
    { id: namespaceId, warehouseId, parentId: null, levels: ['sales'], ownerId, properties: {} },
    riders,
  )
  return { warehouseId, namespaceId, root }
}

export interface TestTableOptions {
  readonly formatVersion?: TestVersion
  readonly codec?: TestCodec
  readonly snapshots?: number
  readonly filesPerManifest?: number
  /** Chosen by somebody: not of the form the server makes. */
  readonly location?: string
  /** More files that the first manifest names. */
  readonly named?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly bodyInRow?: boolean
  /** The metadata has the uuid of the row. */
  readonly uuidInFile?: boolean
  readonly riders?: Riders
}

export interface TestTable {
  readonly id: string
  readonly location: string
  readonly metadataLocation: string
  /** Everything that the table's metadata names, itself included. */
  readonly files: readonly string[]
  readonly dataFiles: readonly string[]
  readonly manifests: readonly string[]
  readonly lists: readonly string[]
}

/**
 * A table with real files: each snapshot adds a data manifest and (from version 2 on) a delete manifest, and its
 * manifest list names those of all snapshots before it too.
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
        // A delete file that two records name is counted once only where both stand in one block.
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

/** The same, and its row in the store: live, or dropped with its retention over. */
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
  const { riders = await currentRiders(sql) } = options
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
      isReserved: false,
      ownerId: randomUUID(),
      definerId: null,
      body: options.bodyInRow === false ? null : await pack(table.text),
      refs: null,
      digest: hash('sha256', table.text, 'hex'),
    },
    riders,
  )
  if (options.drop) {
    const { metadataLocation } = table
    const standing = { id, version: 1, namespaceId: place.namespaceId, name, metadataLocation }
    const { purge, retentionSeconds = 0 } = options.drop
    const done = await dropRelation(
      sql,
      { standing, path: 'sales', principalId: randomUUID(), retentionSeconds, purge },
      riders,
    )
    if (!done) throw new Error('the test table could not be dropped')
  }
  return { id, ...table }
}

interface DocumentParts {
  readonly formatVersion: TestVersion
  readonly uuid: string
  readonly location: string
  readonly lists: readonly string[]
  readonly statistics: string
  readonly partitionStatistics: string
  readonly old: readonly string[]
  readonly properties: Readonly<Record<string, string>>
}

function metadataDocument(parts: DocumentParts): Parameters<typeof stringify>[0] {
  const { formatVersion, location, lists } = parts
  const field = { id: 1, name: 'x', required: false, type: 'int' }
  const ids = lists.map((_, index) => 6_051_714_159_128_263_000n + BigInt(index))
  return {
    'format-version': formatVersion,
    'table-uuid': parts.uuid,
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
    properties: parts.properties,
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
        'statistics-path': parts.statistics,
        'file-size-in-bytes': 1,
        'file-footer-size-in-bytes': 1,
        'blob-metadata': [],
      },
    ],
    'partition-statistics': [
      { 'snapshot-id': ids[0] ?? 0, 'statistics-path': parts.partitionStatistics, 'file-size-in-bytes': 1 },
    ],
    'snapshot-log': [],
    'metadata-log': parts.old.map((file) => ({ 'timestamp-ms': 1_700_000_000_000, 'metadata-file': file })),
  }
}
