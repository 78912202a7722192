import { randomUUID } from 'node:crypto'
import { replaceMethods } from '../faults/replace-methods.ts'
import type { Replacement } from '../../src/store/relation-writes.ts'
import type { AuditRow, CommitRecord } from '../../src/store/commit-record.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import { GroupCommit } from '../../src/catalog/commit/group-commit.ts'

const insertTables = statement(
  'test_tables',
  `with w as (insert into warehouse (id, name, kind, storage, owner_id) values (gen_random_uuid(), 'w', 'managed', '{}', gen_random_uuid()) returning id, owner_id),
   n as (insert into namespace (id, warehouse_id, path, lineage, owners, owner_id) select gen_random_uuid(), id, 'n', '{}', '{}', owner_id from w returning *)
   insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
   select gen_random_uuid(), warehouse_id, id, 't' || i, 'table', gen_random_uuid(), 'old', 's3://b/t' || i, owner_id from n, generate_series(0, 29) i`,
)
const look = statement(
  'test_look',
  `select id, namespace_id as "namespaceId", name, uuid, version, metadata_location as place, body, body_length as length, body_crc as crc,
     (select version from policy) as policy,
     (select coalesce(string_agg(request_id, ' '), '') from audit where securable_id = relation.id) as audits,
     (select coalesce(string_agg(operation, ' '), '') from idempotency where relation_id = relation.id) as answers
   from relation order by substring(name from 2)::int`,
)

/**
 * Row of a table with the policy version, the request ids of the table's audit events, and the operations of
 * its idempotency rows.
 */
export interface TableRow {
  readonly id: string
  readonly namespaceId: string
  readonly name: string
  readonly uuid: string
  readonly version: number
  readonly place: string
  readonly body: Buffer | null
  readonly length: number | null
  readonly crc: number | null
  readonly policy: number
  readonly audits: string
  readonly answers: string
}

/** Creates tables `t0` to `t29` in one namespace. */
export async function makeTables(sql: Sql): Promise<void> {
  await sql.run(insertTables)
}

/** Returns the tables in the order of their numbers. */
export function readTables(sql: Sql): Promise<TableRow[]> {
  return sql.run<TableRow>(look)
}

/** Builds the arguments that replace the row of a table by its next version. */
export function toReplacement({ id, version, namespaceId, name, uuid, place }: TableRow): Replacement {
  const length = 100 + Number(name.slice(1))
  return {
    rowVersion: { id, version, namespaceId, name, metadataLocation: place },
    uuid,
    metadataLocation: `new ${name}`,
    location: `s3://b/${name}`,
    definerId: null,
    body: { compressed: Buffer.from(`text of ${name}`), length, crc: 4_000_000_000 },
    refs: null,
    digest: '00',
  }
}

/** Builds a commit record with two audit events and one idempotency row. */
export function toCommitRecord({ id, name, policy }: TableRow): CommitRecord {
  const event = { securable_id: id, outcome: 'allowed', operation: 'updateTable', principal: 'p', actors: [] }
  return {
    policyVersion: policy,
    audit: [1, 2].map((n) => ({ ...event, request_id: `${name}-${n}` }) as unknown as AuditRow),
    idempotency: {
      principal_id: randomUUID(),
      key: randomUUID(),
      operation: `kept-${name}`,
      digest: 'ff00',
      status: 200,
      relation_id: id,
      metadata_location: null,
      metadata_digest: null,
      error: null,
      expires_at: Date.now() / 1000 + 60,
    },
  }
}

/** Returns the expected row after its replacement. */
export function replaced(row: TableRow): TableRow {
  const { name } = row
  return {
    ...row,
    version: row.version + 1,
    place: `new ${name}`,
    body: Buffer.from(`text of ${name}`),
    length: 100 + Number(name.slice(1)),
    crc: 4_000_000_000,
    audits: `${name}-1 ${name}-2`,
    answers: `kept-${name}`,
  }
}

/** Wraps a store so that it records the names of the statements that run. */
export function watched(store: Sql): { readonly sql: Sql; readonly sent: string[] } {
  const sent: string[] = []
  const run = <Row>(...args: Parameters<Sql['run']>): Promise<Row[]> => {
    sent.push(args[0].name)
    return store.run<Row>(...args)
  }
  return { sql: replaceMethods(store, { run }), sent }
}

type Change = readonly [Replacement, CommitRecord]

/**
 * Sends the replacements of all rows at the same time. The first two replacements are sent separately, and
 * all others while the first two are in progress.
 */
export function replaceAll(
  sql: Sql,
  rows: readonly TableRow[],
  change: (row: TableRow, ...change: Change) => Change = (_, ...same) => same,
): Promise<PromiseSettledResult<boolean>[]> {
  const commits = new GroupCommit(sql)
  return Promise.allSettled(
    rows.map((row) => commits.replace(...change(row, toReplacement(row), toCommitRecord(row)))),
  )
}
