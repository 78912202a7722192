import { deepEqual, equal, rejects } from 'node:assert/strict'
import { CommitFailedError, NoSuchTableError } from '@headgate/iceberg/client'
import { check, NotApplicable, type Bench, type Check, type Fetch } from '../check.ts'
import { BIG, schema, snapshotOn } from '../example-data.ts'

/**
 * Creates a `fetch` that sends all requests, but throws an error in place of the response to the first commit, as if
 * the connection had failed.
 */
function losing(path: RegExp): { readonly fetch: Fetch; readonly lost: () => number } {
  let lost = 0
  const losingFetch: Fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (init.method !== 'POST' || !path.test(new URL(url).pathname) || lost > 0) return response
    await response.arrayBuffer()
    lost++
    throw new TypeError('the connection broke')
  }
  return { fetch: losingFetch, lost: () => lost }
}

const clientOfOne = async (bench: Bench): Promise<typeof bench.catalog> => await bench.connect(fetch)

export const commitChecks: readonly Check[] = [
  check(
    'concurrent commits of many clients to one table are all in the result',
    ['updateTable'],
    async (bench) => {
      const orders = bench.fresh('many')
      const created = await bench.catalog.createTable(orders, { schema })
      const table = await bench.catalog
        .updateTable(created)
        .addSnapshot(snapshotOn(created, BIG - 2n))
        .commit()
      const all = Array.from({ length: 6 }, async (_, index) => {
        await using catalog = await clientOfOne(bench)
        await catalog
          .updateTable(table)
          .setProperties({ [`p${index}`]: 'x' })
          .addSnapshot((metadata) => snapshotOn({ metadata }, BIG + BigInt(index)))
          .commit({ commitRetries: 50 })
      })
      await Promise.all(all)
      const { metadata } = await bench.catalog.loadTable(orders)
      deepEqual(
        Object.keys(metadata.properties)
          .filter((name) => /^p\d$/.test(name))
          .toSorted(),
        ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'],
      )
      equal(metadata['last-sequence-number'], 7)
    },
  ),

  check(
    'a snapshot for a deleted parent is refused and not appended',
    ['updateTable'],
    async ({ catalog, fresh }) => {
      const created = await catalog.createTable(fresh('stale'), { schema })
      const table = await catalog
        .updateTable(created)
        .addSnapshot(snapshotOn(created, BIG - 2n))
        .commit()
      const theirs = await catalog.updateTable(table).addSnapshot(snapshotOn(table, BIG)).commit()
      await rejects(
        catalog
          .updateTable(table)
          .addSnapshot(snapshotOn(table, BIG + 2n))
          .commit(),
        (error) => error instanceof CommitFailedError && !error.outcomeUnknown,
      )
      const { metadata } = await catalog.loadTable(table.identifier)
      equal(metadata['current-snapshot-id'], theirs.metadata['current-snapshot-id'])
    },
  ),

  check(
    'the client determines the outcome of a commit whose response was lost',
    ['updateTable'],
    async ({ catalog, fresh, connect }) => {
      const table = await catalog.createTable(fresh('lost'), { schema })
      const line = losing(/\/tables\/[^/]+$/)
      await using broken = await connect(line.fetch)
      const after = await broken.updateTable(table).addSnapshot(snapshotOn(table, BIG)).commit()
      equal(line.lost(), 1)
      equal(after.metadata['current-snapshot-id'], BIG)
      const { metadata } = await catalog.loadTable(table.identifier)
      equal(metadata['last-sequence-number'], 1)
    },
  ),

  check(
    'a schema, a partition spec and a location change together',
    ['updateTable'],
    async ({ catalog, fresh }) => {
      const table = await catalog.createTable(fresh('evolve'), { schema })
      const added = { id: 3, name: 'price', type: 'decimal(9,2)', required: false }
      const after = await catalog
        .updateTable(table)
        .setSchema((metadata) => ({
          'schema-id': 1,
          ...schema,
          fields: [...(metadata.schemas[0]?.fields ?? []), added],
        }))
        .add(
          {
            action: 'add-spec',
            spec: {
              'spec-id': 1,
              fields: [{ name: 'b', transform: 'bucket[4]', 'source-id': 1, 'field-id': 1000 }],
            },
          },
          { action: 'set-default-spec', 'spec-id': -1 },
        )
        .removeProperties(['never'])
        .commit()
      const { metadata } = after
      const current = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])
      deepEqual(
        current?.fields.map(({ name }) => name),
        ['id', 'item', 'price'],
      )
      const spec = metadata['partition-specs'].find((each) => each['spec-id'] === metadata['default-spec-id'])
      equal(spec?.fields[0]?.transform, 'bucket[4]')
    },
  ),

  check(
    'a transaction changes several tables, or none of them',
    ['commitTransaction'],
    async ({ catalog, fresh }) => {
      const [orders, items] = await Promise.all([
        catalog.createTable(fresh('orders'), { schema }),
        catalog.createTable(fresh('items'), { schema }),
      ])
      const both = catalog.transaction()
      both.update(orders).addSnapshot((metadata) => snapshotOn({ metadata }, BIG))
      both.update(items).setProperties({ a: 'b' })
      await both.commit()
      equal((await catalog.loadTable(orders.identifier)).metadata['current-snapshot-id'], BIG)
      equal((await catalog.loadTable(items.identifier)).metadata.properties['a'], 'b')

      const before = await catalog.loadTable(orders.identifier)
      await catalog
        .updateTable(before)
        .addSnapshot(snapshotOn(before, BIG + 2n))
        .commit()
      const stale = catalog.transaction()
      stale.update(items).setProperties({ c: 'd' })
      stale.update(before).addSnapshot(snapshotOn(before, BIG + 4n))
      await rejects(stale.commit(), CommitFailedError)
      equal((await catalog.loadTable(items.identifier)).metadata.properties['c'], undefined)
    },
  ),

  check(
    'the client determines the outcome of a transaction whose response was lost',
    ['commitTransaction'],
    async ({ catalog, fresh, connect }) => {
      const orders = await catalog.createTable(fresh('orders'), { schema })
      const line = losing(/\/transactions\/commit$/)
      await using broken = await connect(line.fetch)
      const transaction = broken.transaction()
      transaction.update(orders).addSnapshot(snapshotOn(orders, BIG))
      await transaction.commit()
      equal(line.lost(), 1)
      equal((await catalog.loadTable(orders.identifier)).metadata['last-sequence-number'], 1)
    },
  ),

  check(
    'a commit that is sent twice with one idempotency key is executed once',
    ['updateTable'],
    async ({ catalog, fresh, connect }) => {
      if (catalog.config.idempotencyKeyLifetimeMs === null)
        throw new NotApplicable('this server does not declare that it supports idempotency keys')
      const table = await catalog.createTable(fresh('key'), { schema })
      const keys: string[] = []
      const line = losing(/\/tables\/[^/]+$/)
      await using broken = await connect(async (url, init) => {
        const key = new Headers(init.headers).get('idempotency-key')
        if (key !== null) keys.push(key)
        return await line.fetch(url, init)
      })
      await broken.commitTable(table.identifier, {
        requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
        updates: [
          { action: 'add-snapshot', snapshot: snapshotOn(table, BIG) },
          { action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': BIG } },
        ],
      })
      equal(keys.length, 2)
      equal(keys[0], keys[1])
    },
  ),

  check('a deleted table cannot be committed to', ['updateTable'], async ({ catalog, fresh }) => {
    const table = await catalog.createTable(fresh('gone'), { schema })
    await catalog.dropTable(table.identifier)
    await rejects(catalog.updateTable(table).setProperties({ a: 'b' }).commit(), NoSuchTableError)
  }),
]
