import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { AlreadyExistsError, NoSuchNamespaceError, NoSuchTableError } from '@headgate/iceberg/client'
import { check, gathered, NotApplicable, type Check } from '../check.ts'
import { BIG, schema, snapshotOn } from '../example-data.ts'

export const tableChecks: readonly Check[] = [
  check('a table is created, loaded, found and dropped', ['createTable'], async ({ catalog, fresh }) => {
    const orders = fresh('orders')
    equal(await catalog.tableExists(orders), false)
    const created = await catalog.createTable(orders, {
      schema,
      partitionSpec: { fields: [{ name: 'id_bucket', transform: 'bucket[16]', 'source-id': 1 }] },
      properties: { owner: 'ann' },
    })
    equal(created.metadata.properties['owner'], 'ann')
    deepEqual(
      created.metadata.schemas[0]?.fields.map(({ name }) => name),
      ['id', 'item'],
    )
    equal(created.metadata['partition-specs'][0]?.fields[0]?.transform, 'bucket[16]')
    const loaded = await catalog.loadTable(orders)
    equal(loaded.metadata['table-uuid'], created.metadata['table-uuid'])
    equal(await catalog.tableExists(orders), true)
    await catalog.dropTable(orders)
    equal(await catalog.tableExists(orders), false)
  }),

  check(
    'snapshot ids beyond 2^53 are sent and received exactly',
    ['updateTable'],
    async ({ catalog, fresh, peer }) => {
      const orders = fresh('big')
      const table = await catalog.createTable(orders, { schema })
      const once = await catalog.updateTable(table).addSnapshot(snapshotOn(table, BIG)).commit()
      equal(once.metadata['current-snapshot-id'], BIG)
      const twice = await catalog
        .updateTable(once)
        .addSnapshot(snapshotOn(once, BIG + 2n))
        .setRef('before', { type: 'tag', 'snapshot-id': BIG })
        .commit()
      equal(twice.metadata['current-snapshot-id'], BIG + 2n)
      const { metadata } = await catalog.loadTable(orders)
      if (peer.history) equal(metadata.refs['before']?.['snapshot-id'], BIG)
      equal(metadata.refs['main']?.['snapshot-id'], BIG + 2n)
      const known = metadata.snapshots.map((each) => each['snapshot-id'])
      ok(known.includes(BIG + 2n), `the server returned ${known.join(', ')}`)
      const newest = metadata.snapshots.find((each) => each['snapshot-id'] === BIG + 2n)
      if (peer.history) equal(newest?.['parent-snapshot-id'], BIG)
    },
  ),

  check('a staged table is created by its first commit', ['createTable'], async ({ catalog, fresh }) => {
    const orders = fresh('staged')
    const staged = await catalog.createTable(orders, { schema, properties: { a: 'b' }, stageCreate: true })
    equal(staged.metadataLocation, null)
    equal(await catalog.tableExists(orders), false)
    const created = await catalog.updateTable(staged).addSnapshot(snapshotOn(staged, BIG)).commit()
    equal(created.metadata['current-snapshot-id'], BIG)
    equal(created.metadata['table-uuid'], staged.metadata['table-uuid'])
    equal((await catalog.loadTable(orders)).metadata.properties['a'], 'b')
    await rejects(catalog.updateTable(staged).commit(), AlreadyExistsError)
  }),

  check('a table is renamed', ['renameTable'], async ({ catalog, fresh }) => {
    const [from, to] = [fresh('from'), fresh('to')]
    const { metadata } = await catalog.createTable(from, { schema })
    await catalog.renameTable(from, to)
    equal(await catalog.tableExists(from), false)
    equal((await catalog.loadTable(to)).metadata['table-uuid'], metadata['table-uuid'])
  }),

  check(
    'a metadata file is registered under another name',
    ['registerTable'],
    async ({ catalog, fresh, peer }) => {
      const [orders, again] = [fresh('orders'), fresh('again')]
      const { metadata, metadataLocation } = await catalog.createTable(orders, { schema })
      if (catalog.supports('unregisterTable'))
        equal((await catalog.unregisterTable(orders)).metadataLocation, metadataLocation)
      else if (!peer.sharedFiles) await catalog.dropTable(orders)
      const registered = await catalog.registerTable(again, { metadataLocation: metadataLocation ?? '' })
      equal(registered.metadata['table-uuid'], metadata['table-uuid'])
    },
  ),

  check('lists come page by page, or all at once', ['listTables'], async ({ catalog, fresh }) => {
    const namespace = [fresh('pages').name]
    await catalog.createNamespace(namespace)
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const name of names) await catalog.createTable({ namespace, name }, { schema })
    const listed = await gathered(catalog.listTables(namespace, { pageSize: 2 }))
    deepEqual(listed.map(({ name }) => name).toSorted(), names)
    const sizes: number[] = []
    for await (const { items } of catalog.listTables(namespace, { pageSize: 2 }).pages())
      sizes.push(items.length)
    equal(
      sizes.reduce((sum, size) => sum + size, 0),
      5,
    )
    // The comparison needs more than one page, and servers may ignore the page size.
    if (sizes.length > 1)
      ok(
        sizes.every((size) => size <= 2),
        sizes.join(),
      )
    deepEqual((await gathered(catalog.listTables(namespace))).length, 5)
  }),

  check(
    'an unchanged table is not sent again if the server supports ETags',
    ['loadTable'],
    async ({ catalog, fresh, connect }) => {
      const orders = fresh('etag')
      const first = await catalog.createTable(orders, { schema })
      const statuses: number[] = []
      await using watched = await connect(async (url, init) => {
        const response = await fetch(url, init)
        if (init.method === 'GET' && url.includes('/tables/')) statuses.push(response.status)
        return response
      })
      const before = await watched.loadTable(orders)
      const same = await watched.loadTable(orders)
      deepEqual(same, before)
      await catalog.updateTable(first).setProperties({ a: 'b' }).commit()
      equal((await watched.loadTable(orders)).metadata.properties['a'], 'b')
      if (before.etag === null) throw new NotApplicable('this server sends no ETag')
      if (!/^(?:W\/)?"[^"]*"$/.test(before.etag))
        throw new NotApplicable(
          `this server sends ${before.etag}, which is not a valid ETag (RFC 9110 section 8.8.3), and does not recognize it in If-None-Match`,
        )
      equal(statuses[1], 304)
      equal(statuses[2], 200)
    },
  ),

  check(
    'errors of the server are errors of the client with specific classes',
    ['createTable'],
    async ({ catalog, fresh }) => {
      const orders = fresh('errors')
      await rejects(catalog.loadTable(orders), NoSuchTableError)
      await catalog.createTable(orders, { schema })
      await rejects(catalog.createTable(orders, { schema }), AlreadyExistsError)
      await rejects(
        catalog.createTable({ namespace: ['no-such-namespace'], name: 't' }, { schema }),
        NoSuchNamespaceError,
      )
    },
  ),
]
