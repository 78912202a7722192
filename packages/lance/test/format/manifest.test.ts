import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ManifestError,
  manifestName,
  parseManifestName,
  readManifest,
  readManifestHead,
  toJsonArrowSchema,
} from '../../src/format/index.ts'

// Written by pylance 14.0.2: `types` contains a column of each type, `indexed` is the fourth version of a table with two
// appended fragments, a scalar index and deleted rows.
const load = (name: string): Buffer => readFileSync(join(import.meta.dirname, `${name}.manifest`))

test('readManifest reads the version, rows and indices of a Lance manifest that pylance wrote', () => {
  expect(readManifest(load('indexed'))).toMatchObject({
    version: 4,
    timestampMs: 1_795_554_199_614,
    fragments: [
      { id: 0, physicalRows: 300, deletedRows: 10, bytes: 6717 },
      { id: 1, physicalRows: 50, deletedRows: 10, bytes: 2038 },
    ],
    indices: [
      {
        uuid: '067f0033-1b9b-40db-a2a9-81b621598f20',
        name: 'id_idx',
        fieldIds: [0],
        datasetVersion: 2,
        detailsType: 'BTreeIndexDetails',
      },
    ],
    branch: null,
    basePaths: [],
  })
})

test('readManifestHead reads only the version and the branch of a manifest', () => {
  expect(readManifestHead(load('indexed'))).toEqual({ version: 4, branch: null })
  expect(() => readManifestHead(load('indexed').subarray(1))).toThrow(ManifestError)
})

test('toJsonArrowSchema writes types as the reference implementation of the Lance Namespace does', () => {
  const schema = toJsonArrowSchema(readManifest(load('types')))
  expect(schema.metadata).toEqual({ owner: 'me' })
  const types = Object.fromEntries(schema.fields.map(({ name, type }) => [name, type]))
  const item = (type: string): object => ({ name: 'item', nullable: true, type: { type } })
  expect(types).toMatchObject({
    i8: { type: 'int8' },
    u64: { type: 'uint64' },
    h: { type: 'float16' },
    f: { type: 'float32' },
    d: { type: 'float64' },
    s: { type: 'utf8' },
    ls: { type: 'large_utf8' },
    lb: { type: 'large_binary' },
    bo: { type: 'bool' },
    d32: { type: 'date32' },
    t64: { type: 'time64' },
    tz: { type: 'timestamp' },
    du: { type: 'duration' },
    dec: { type: 'decimal128', length: 10_002 },
    fsb: { type: 'fixed_size_binary', length: 4 },
    v: { type: 'fixed_size_list', length: 4, fields: [item('float32')] },
    l: { type: 'list', fields: [item('int32')] },
    st: { type: 'struct', fields: [{ name: 'a', type: { type: 'int64' } }, { name: 'n' }] },
    dict: { type: 'utf8' },
    nn: { type: 'null' },
  })
  expect(types['lst']?.fields?.[0]).toMatchObject({
    name: 'item',
    type: { type: 'struct', fields: [{ name: 'x' }, { name: 'y' }] },
  })
  expect(schema.fields[0]).toMatchObject({ name: 'i8', nullable: true, metadata: { k: 'v' } })
  expect(schema.fields[1]).toMatchObject({ name: 'u64', nullable: false })
})

test('readManifest refuses bytes that are not a Lance manifest with a ManifestError', () => {
  const valid = load('indexed')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.tuple(fc.nat(valid.length - 1), fc.nat(255)).map(([at, byte]) => {
          const changed = new Uint8Array(valid)
          changed[at] = byte
          return changed
        }),
        fc.nat(valid.length).map((length) => valid.subarray(valid.length - length)),
      ),
      (bytes) => {
        try {
          readManifest(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ManifestError)
        }
      },
    ),
  )
})

test.each([
  [1, 'V2', '18446744073709551614.manifest'],
  [0, 'V2', '18446744073709551615.manifest'],
  [7, 'V1', '7.manifest'],
] as const)(
  'the manifest of version %i of a Lance table has, in the naming scheme %s, the name %s',
  (version, scheme, name) => {
    expect(manifestName(version, scheme)).toBe(name)
    expect(parseManifestName(name)).toEqual({ version: BigInt(version), scheme })
  },
)

test.each([
  'latest_version_hint.json',
  'd123.manifest',
  '1.manifest.tmp',
  '99999999999999999999.manifest',
  '.manifest',
])('the file name %s is not recognized as a Lance manifest', (name) => {
  expect(parseManifestName(name)).toBeNull()
})
