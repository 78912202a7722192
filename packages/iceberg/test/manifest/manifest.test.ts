import { describe, expect, it } from 'vitest'
import { AvroError, readManifest, readManifestList } from '../../src/manifest/index.ts'
import { chunked, collect } from '../avro/chunks.ts'
import { writeAvro } from '../avro/write-avro.ts'
import { entrySchema, manifestBytes, manifestListBytes } from './write-manifest.ts'

const big = 2n ** 60n

describe('readManifest', () => {
  it.each([1, 2, 3] as const)('readManifest returns every field of format %i exactly', async (version) => {
    const bytes = await manifestBytes({ version })
    const entries = await collect(readManifest(chunked(bytes, 500)))
    expect(entries.map(({ status }) => status)).toEqual(['existing', 'added', 'deleted', 'existing', 'added'])
    const [entry] = entries
    expect(entry).toMatchObject({
      snapshotId: big,
      sequenceNumber: version === 1 ? null : 7,
      fileSequenceNumber: null,
      file: {
        content: 'data',
        path: 's3://bucket/warehouse/data/ä-0.parquet',
        format: 'parquet',
        partition: {
          fieldIds: [1000, 1001, 1002, 1003],
          values: [20_000, -1, null, Buffer.from([0, 0, 1, 0])],
        },
        recordCount: big,
        sizeInBytes: 1_000,
        nanValueCounts: null,
        keyMetadata: Buffer.from([9]),
        splitOffsets: [4, big],
        equalityIds: version === 1 ? null : [1, 2],
        sortOrderId: 0,
        firstRowId: version === 3 ? big : null,
        referencedDataFile: version === 3 ? 's3://bucket/d' : null,
        contentOffset: version === 3 ? 4 : null,
        contentSizeInBytes: version === 3 ? 40 : null,
      },
    })
    expect(entry?.file.columnSizes?.entries()).toEqual([
      [1, 100],
      [2, big],
    ])
    expect(entry?.file.nullValueCounts?.entries()).toEqual([])
    expect(entry?.file.valueCounts?.get(2)).toBe(3)
    expect(entry?.file.valueCounts?.get(1)).toBeNull()
    expect(entry?.file.lowerBounds?.get(1)).toEqual(Buffer.from([1, 0, 0, 0]))
    expect(entry?.file.lowerBounds?.get(2)).toEqual(Buffer.alloc(0))
    expect(entry?.file.upperBounds?.get(500)).toEqual(Buffer.from('zz'))
    if (version > 1) expect(entries[2]?.file.content).toBe('equality-deletes')
  })

  it('readManifest finds fields by their ids and not by their names', async () => {
    const bytes = await manifestBytes({ version: 2, codec: 'null' })
    // Replaces two names in the schema of the header by names of the same length.
    const renamed = Buffer.from(
      bytes.toString('latin1').replace('"file_path"', '"path_file"').replace('"bucket"', '"b c/et"'),
      'latin1',
    )
    const [entry] = await collect(readManifest(chunked(renamed, 4_096)))
    expect(entry?.file.path).toMatch(/^s3:/)
  })

  it('readManifest refuses a file with another content, an unknown status, and statistics of another type', async () => {
    const other = { type: 'record', name: 'x', fields: [{ name: 'status', type: 'int' }] }
    const bytes = await writeAvro(other, [{ status: 1 }])
    await expect(collect(readManifest(chunked(bytes, 100)))).rejects.toThrow(AvroError)
    const list = await manifestListBytes({ version: 2 })
    await expect(collect(readManifest(chunked(list, 100)))).rejects.toThrow(AvroError)
    const schema = JSON.parse(
      JSON.stringify(entrySchema(2)).replace('"value","type":"bytes"', '"value","type":"string"'),
    ) as unknown
    const none = await writeAvro(schema, [])
    await expect(collect(readManifest(chunked(none, 100)))).rejects.toThrow('statistics')
  })
})

describe('readManifestList', () => {
  it.each([1, 2, 3] as const)('readManifestList returns every field of format %i', async (version) => {
    const manifests = await collect(readManifestList(chunked(await manifestListBytes({ version }), 300)))
    expect(manifests).toHaveLength(3)
    expect(manifests[0]).toEqual({
      path: 's3://bucket/m-0.avro',
      lengthInBytes: big,
      specId: 0,
      content: 'data',
      sequenceNumber: version === 1 ? 0 : 5,
      minSequenceNumber: version === 1 ? 0 : 4,
      addedSnapshotId: 2n ** 62n,
      addedFiles: 10,
      existingFiles: null,
      deletedFiles: null,
      partitions: [{ containsNull: false, containsNan: true, lower: Buffer.from('a'), upper: null }],
      keyMetadata: null,
      firstRowId: version === 3 ? 0 : null,
    })
    expect(manifests[1]?.partitions).toBeNull()
    expect(manifests[1]?.content).toBe(version === 1 ? 'data' : 'deletes')
  })
})
