import type { EngineName, Rows } from '../lib/engine.ts'
import { duckdb, pyiceberg, spark, trino, type Scenario, type Step } from '../lib/scenario.ts'

// Names of the engines that can create tables.
type TableEngine = Exclude<EngineName, 'javascript' | 'clickhouse'>
type Written = readonly (readonly [number, string])[]

const names = (rows: Written): string => rows.map(([id, name]) => `(${id}, '${name}')`).join(', ')

// Statements by which an engine creates, extends, reads and drops a table with the columns `id` (bigint) and `name`
// (text).
interface Hand {
  create(ns: string, table: string, rows: Written): Step[]
  append(ns: string, table: string, rows: Written): Step
  read(title: string, ns: string, table: string, rows: Rows): Step
  drop(ns: string, table: string): Step
}

const hands: Readonly<Record<TableEngine, Hand>> = {
  pyiceberg: {
    create: (namespace, name, rows) => [
      pyiceberg('PyIceberg creates a table', 'shared.create_table', { namespace, name, rows }),
    ],
    append: (namespace, name, rows) =>
      pyiceberg('PyIceberg appends', 'shared.append', { namespace, name, rows }),
    read: (title, namespace, name, rows) => pyiceberg(title, 'shared.read', { namespace, name }, rows),
    drop: (namespace, name) => pyiceberg('PyIceberg drops the table', 'shared.drop', { namespace, name }),
  },
  spark: {
    create: (ns, table, rows) => [
      spark('Spark creates a namespace', `CREATE NAMESPACE IF NOT EXISTS ${ns}`),
      spark('Spark creates a table', `CREATE TABLE ${ns}.${table} (id BIGINT, name STRING) USING iceberg`),
      spark('Spark appends rows', `INSERT INTO ${ns}.${table} VALUES ${names(rows)}`),
    ],
    append: (ns, table, rows) => spark('Spark appends', `INSERT INTO ${ns}.${table} VALUES ${names(rows)}`),
    read: (title, ns, table, rows) => spark(title, `SELECT id, name FROM ${ns}.${table} ORDER BY id`, rows),
    drop: (ns, table) => spark('Spark drops the table', `DROP TABLE ${ns}.${table}`),
  },
  trino: {
    create: (ns, table, rows) => [
      trino('Trino creates a schema', `CREATE SCHEMA IF NOT EXISTS ${ns}`),
      trino('Trino creates a table', `CREATE TABLE ${ns}.${table} (id bigint, name varchar)`),
      trino('Trino appends rows', `INSERT INTO ${ns}.${table} VALUES ${names(rows)}`),
    ],
    append: (ns, table, rows) => trino('Trino appends', `INSERT INTO ${ns}.${table} VALUES ${names(rows)}`),
    read: (title, ns, table, rows) => trino(title, `SELECT id, name FROM ${ns}.${table} ORDER BY id`, rows),
    drop: (ns, table) => trino('Trino drops the table', `DROP TABLE ${ns}.${table}`),
  },
  duckdb: {
    create: (ns, table, rows) => [
      duckdb('DuckDB creates a schema', `CREATE SCHEMA IF NOT EXISTS ice.${ns}`),
      duckdb('DuckDB creates a table', `CREATE TABLE ice.${ns}.${table} (id BIGINT, name VARCHAR)`),
      duckdb('DuckDB appends rows', `INSERT INTO ice.${ns}.${table} VALUES ${names(rows)}`),
    ],
    append: (ns, table, rows) =>
      duckdb('DuckDB appends', `INSERT INTO ice.${ns}.${table} VALUES ${names(rows)}`),
    read: (title, ns, table, rows) =>
      duckdb(title, `SELECT id, name FROM ice.${ns}.${table} ORDER BY id`, rows),
    drop: (ns, table) => duckdb('DuckDB drops the table', `DROP TABLE ice.${ns}.${table}`),
  },
}

/**
 * Returns a scenario in which `maker` creates a table, `guest` reads it and appends rows, and `maker` reads these
 * rows.
 */
function readAndAppend(maker: TableEngine, guest: TableEngine): Scenario {
  const first: Written = [
    [1, 'one'],
    [2, 'two'],
  ]
  const second: Written = [[3, 'three']]
  return {
    name: `cross/${maker}-${guest}`,
    engines: [maker, guest],
    steps: ({ namespace: ns }) => [
      ...hands[maker].create(ns, 't', first),
      hands[guest].read(`${guest} reads what ${maker} wrote`, ns, 't', first),
      hands[guest].append(ns, 't', second),
      hands[maker].read(`${maker} reads what ${guest} appended`, ns, 't', [...first, ...second]),
      hands[guest].drop(ns, 't'),
    ],
  }
}

const pairs: readonly (readonly [TableEngine, TableEngine])[] = [
  ['pyiceberg', 'duckdb'],
  ['duckdb', 'pyiceberg'],
  ['pyiceberg', 'spark'],
  ['spark', 'pyiceberg'],
  ['pyiceberg', 'trino'],
  ['trino', 'pyiceberg'],
  ['spark', 'trino'],
  ['trino', 'spark'],
  ['spark', 'duckdb'],
  ['trino', 'duckdb'],
]

export const crossScenarios: readonly Scenario[] = pairs.map(([maker, guest]) => readAndAppend(maker, guest))
