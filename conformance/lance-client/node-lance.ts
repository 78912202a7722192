import { createRequire } from 'node:module'
import { join } from 'node:path'

// Declares the required types of `@lancedb/lancedb` and apache-arrow, because these packages are not installed in the
// workspace.

type Row = Readonly<Record<string, unknown>>

interface LanceDbTable {
  countRows(filter?: string): Promise<number>
  query(): { where(filter: string): { toArray(): Promise<readonly Row[]> } }
  add(rows: readonly Row[]): Promise<unknown>
}

interface LanceDb {
  createNamespace(path: readonly string[]): Promise<unknown>
  createTable(name: string, rows: readonly Row[], path: readonly string[]): Promise<LanceDbTable>
  openTable(name: string, path?: readonly string[]): Promise<LanceDbTable>
  listTables(path: readonly string[]): Promise<{ readonly tables: readonly string[] }>
}

interface LanceDbModule {
  connectNamespace(implementation: 'rest', config: { readonly uri: string }): Promise<LanceDb>
  connectNamespace(implementation: 'dir', config: { readonly root: string }): Promise<LanceDb>
}

interface ArrowModule {
  tableFromIPC(bytes: Uint8Array): { toArray(): readonly { toJSON(): Row }[] }
  tableToIPC(table: object, format: 'stream' | 'file'): Uint8Array
  vectorFromArray(values: readonly unknown[], type: object): object
  readonly Table: new (columns: Readonly<Record<string, object>>) => object
  readonly Field: new (name: string, type: object, nullable: boolean) => object
  readonly Int64: new () => object
  readonly Utf8: new () => object
  readonly Float32: new () => object
  readonly FixedSizeList: new (length: number, field: object) => object
}

export interface NodeLance {
  readonly lancedb: LanceDbModule
  readonly arrow: ArrowModule
}

/** Loads `@lancedb/lancedb` and apache-arrow from the folder in which they are installed. */
export function loadNodeLance(folder: string): NodeLance {
  const require = createRequire(join(folder, 'package.json'))
  return {
    lancedb: require('@lancedb/lancedb') as LanceDbModule,
    arrow: require('apache-arrow') as ArrowModule,
  }
}

/** Returns one row with `id`, `name` and `vector` for each number, as an Arrow IPC stream. */
export function readRows(
  { arrow }: NodeLance,
  numbers: readonly bigint[],
  format: 'stream' | 'file' = 'stream',
): Uint8Array {
  const { Table, Field, Int64, Utf8, Float32, FixedSizeList, vectorFromArray } = arrow
  const list = new FixedSizeList(2, new Field('item', new Float32(), true))
  const table = new Table({
    id: vectorFromArray(numbers, new Int64()),
    name: vectorFromArray(
      numbers.map((number) => `n${number}`),
      new Utf8(),
    ),
    vector: vectorFromArray(
      numbers.map((number) => [Number(number % 1_000n), 1]),
      list,
    ),
  })
  return arrow.tableToIPC(table, format)
}

/** Returns the values of `id` in an Arrow IPC stream. */
export const idsIn = ({ arrow }: NodeLance, bytes: Uint8Array): readonly unknown[] =>
  arrow
    .tableFromIPC(bytes)
    .toArray()
    .map((row) => row.toJSON()['id'])

/** Returns the numbers from `from` up to, but not including, `to`. */
export const range = (from: number, to: number): readonly bigint[] =>
  Array.from({ length: to - from }, (_, index) => BigInt(from + index))
