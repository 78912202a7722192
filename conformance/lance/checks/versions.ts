import { demand } from '../../lib/outcome.ts'
import { type Check, check, type Fixture } from '../check.ts'
import {
  manifestName,
  manifestOf,
  stageManifest,
  type WritableTable,
  writeObject,
} from '../stage-manifest.ts'
import { failure, success } from '../wire.ts'

interface Table extends WritableTable {
  readonly id: string
  readonly names: readonly string[]
}

async function declared({ wire, name }: Fixture): Promise<Table> {
  const [above, table] = [name(), 't']
  success(await wire('CreateNamespace', { id: above, body: {} }))
  const id = `${above}$${table}`
  const { location, storage_options: options } = success(await wire('DeclareTable', { id, body: {} }))
  return {
    id,
    names: [above, table],
    location: String(location),
    options: (options ?? {}) as Record<string, string>,
  }
}

async function create(fixture: Fixture, table: Table, version: number, label: string): Promise<void> {
  const { body } = await stageManifest(table, version, label)
  success(await fixture.wire('CreateTableVersion', { id: table.id, body }))
}

async function versionsOf({ wire }: Fixture, { id }: Table, query = {}): Promise<readonly number[]> {
  const { versions } = success(await wire('ListTableVersions', { id, query }))
  return (versions as readonly { readonly version: number }[]).map(({ version }) => version)
}

async function demandVersions(fixture: Fixture, table: Table, wanted: readonly number[]): Promise<void> {
  const found = (await versionsOf(fixture, table)).toSorted((a, b) => a - b)
  demand(JSON.stringify(found) === JSON.stringify(wanted), `the versions are ${found.join(', ')}`)
}

export const versionChecks: readonly Check[] = [
  check('CreateTableVersion commits versions, which are listed from the latest one', async (fixture) => {
    const table = await declared(fixture)
    for (const version of [1, 2, 3]) await create(fixture, table, version, 'a')
    const descending = await versionsOf(fixture, table, { descending: 'true' })
    demand(JSON.stringify(descending) === '[3,2,1]', `the versions are ${descending.join(', ')}`)
    const latest = await versionsOf(fixture, table, { descending: 'true', limit: '1' })
    demand(JSON.stringify(latest) === '[3]', `the latest version is ${latest.join(', ')}`)
  }),
  check('DescribeTableVersion returns the final path of the manifest', async (fixture) => {
    const table = await declared(fixture)
    await create(fixture, table, 1, 'a')
    const described = success(
      await fixture.wire('DescribeTableVersion', { id: table.id, body: { version: 1 } }),
    )
    const { manifest_path: path } = described['version'] as { readonly manifest_path: string }
    demand(path.endsWith(`/_versions/${manifestName(1)}`), `the path is ${path}`)
  }),
  check('CreateTableVersion of an existing version is refused with code 14', async (fixture) => {
    const table = await declared(fixture)
    await create(fixture, table, 1, 'a')
    const { body } = await stageManifest(table, 1, 'b')
    failure(await fixture.wire('CreateTableVersion', { id: table.id, body }), { 14: 409 })
  }),
  check('CreateTableVersion with a gap to the latest version is refused', async (fixture) => {
    const table = await declared(fixture)
    await create(fixture, table, 1, 'a')
    const { body } = await stageManifest(table, 3, 'b')
    failure(await fixture.wire('CreateTableVersion', { id: table.id, body }), { 14: 409, 13: 400 })
  }),
  check('of 8 concurrent commits of one version, exactly one succeeds', async (fixture) => {
    const table = await declared(fixture)
    const responses = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const { body } = await stageManifest(table, 1, `writer${index}`)
        return await fixture.wire('CreateTableVersion', { id: table.id, body })
      }),
    )
    const winners = responses.filter(({ status }) => status < 300)
    demand(winners.length === 1, `${winners.length} commits succeeded`)
    for (const response of responses) if (response.status >= 300) failure(response, { 14: 409 })
  }),
  check('a repeated CreateTableVersion with the same manifest succeeds', async (fixture) => {
    const table = await declared(fixture)
    const { body } = await stageManifest(table, 1, 'a')
    success(await fixture.wire('CreateTableVersion', { id: table.id, body }))
    success(await fixture.wire('CreateTableVersion', { id: table.id, body }))
    await demandVersions(fixture, table, [1])
  }),
  check(
    'a version that a client committed in the storage is in the list, and the next one follows it',
    async (fixture) => {
      const table = await declared(fixture)
      await create(fixture, table, 1, 'a')
      await writeObject(table, `${table.location}/_versions/${manifestName(2)}`, manifestOf(2, 'direct'))
      await demandVersions(fixture, table, [1, 2])
      await create(fixture, table, 3, 'b')
      await demandVersions(fixture, table, [1, 2, 3])
    },
  ),
  check('CreateTableVersion refuses manifests of other tables and of other versions', async (fixture) => {
    const [table, other] = [await declared(fixture), await declared(fixture)]
    const foreign = await stageManifest(other, 1, 'foreign')
    const second = await stageManifest(table, 2, 'second')
    for (const body of [foreign.body, { ...second.body, version: 1 }]) {
      const { status } = await fixture.wire('CreateTableVersion', { id: table.id, body })
      demand(status >= 400 && status < 500, `the status is ${status}`)
    }
  }),
  check('BatchCreateTableVersions commits versions of several tables', async (fixture) => {
    const tables = [await declared(fixture), await declared(fixture)]
    const entries = await Promise.all(
      tables.map(async (table) => ({ id: table.names, ...(await stageManifest(table, 1, 'a')).body })),
    )
    const { versions } = success(await fixture.wire('BatchCreateTableVersions', { body: { entries } }))
    demand((versions as readonly unknown[]).length === 2, JSON.stringify(versions))
    for (const table of tables) await demandVersions(fixture, table, [1])
  }),
  check('BatchCreateTableVersions commits nothing when one version exists', async (fixture) => {
    const [taken, free] = [await declared(fixture), await declared(fixture)]
    await create(fixture, taken, 1, 'a')
    const entries = await Promise.all(
      [free, taken].map(async (table) => ({ id: table.names, ...(await stageManifest(table, 1, 'b')).body })),
    )
    failure(await fixture.wire('BatchCreateTableVersions', { body: { entries } }), { 14: 409 })
    await demandVersions(fixture, free, [])
    await create(fixture, free, 1, 'c')
  }),
  check(
    'BatchCommitTables executes four kinds of operations, in the order of the request',
    async (fixture) => {
      const [table, old] = [await declared(fixture), await declared(fixture)]
      for (const version of [1, 2]) await create(fixture, table, version, 'a')
      const { body } = await stageManifest(table, 3, 'b')
      const fresh = [...table.names.slice(0, -1), 'fresh']
      const operations = [
        { create_table_version: { id: table.names, ...body } },
        { delete_table_versions: { id: table.names, ranges: [{ start_version: 1, end_version: 2 }] } },
        { declare_table: { id: fresh } },
        { deregister_table: { id: old.names } },
      ]
      const { results } = success(await fixture.wire('BatchCommitTables', { body: { operations } }))
      const kinds = (results as readonly object[]).flatMap((result) => Object.keys(result))
      const wanted = ['create_table_version', 'delete_table_versions', 'declare_table', 'deregister_table']
      demand(JSON.stringify(kinds) === JSON.stringify(wanted), `the results are ${kinds.join(', ')}`)
      await demandVersions(fixture, table, [2, 3])
      success(await fixture.wire('TableExists', { id: fresh.join('$'), body: {} }))
      failure(await fixture.wire('TableExists', { id: old.id, body: {} }), { 4: 404 })
    },
  ),
  check('BatchCommitTables changes nothing when one operation is refused', async (fixture) => {
    const table = await declared(fixture)
    const { body } = await stageManifest(table, 1, 'a')
    const fresh = [...table.names.slice(0, -1), 'fresh']
    const operations = [
      { create_table_version: { id: table.names, ...body } },
      { declare_table: { id: fresh } },
      { deregister_table: { id: [...table.names.slice(0, -1), 'missing'] } },
    ]
    failure(await fixture.wire('BatchCommitTables', { body: { operations } }), { 4: 404 })
    await demandVersions(fixture, table, [])
    failure(await fixture.wire('TableExists', { id: fresh.join('$'), body: {} }), { 4: 404 })
  }),
  check('BatchDeleteTableVersions deletes ranges, and keeps a tagged version', async (fixture) => {
    const table = await declared(fixture)
    for (const version of [1, 2, 3, 4]) await create(fixture, table, version, 'a')
    success(await fixture.wire('CreateTableTag', { id: table.id, body: { tag: 'kept', version: 3 } }))
    const remove = async (start: number, end: number): Promise<ReturnType<typeof fixture.wire>> =>
      await fixture.wire('BatchDeleteTableVersions', {
        id: table.id,
        body: { ranges: [{ start_version: start, end_version: end }] },
      })
    const { deleted_count: count } = success(await remove(1, 3))
    demand(count === 2, `deleted_count is ${String(count)}`)
    await demandVersions(fixture, table, [3, 4])
    const { status } = await remove(3, 4)
    demand(status >= 400 && status < 500, `the status for a tagged version is ${status}`)
    await demandVersions(fixture, table, [3, 4])
  }),
  check('commits and deletions of versions need modify, and are in the audit log', async (fixture) => {
    const { access } = fixture
    if (access === null) return
    const table = await declared(fixture)
    const [namespace = '', name = ''] = table.names
    await create(fixture, table, 1, 'a')
    await access.grantRead(namespace, name)
    const { body } = await stageManifest(table, 2, 'b')
    const entry = { id: table.names, ...body }
    const ranges = [{ start_version: 0, end_version: -1 }]
    const requests = [
      ['CreateTableVersion', { id: table.id, body }],
      ['BatchDeleteTableVersions', { id: table.id, body: { ranges } }],
      ['BatchCreateTableVersions', { body: { entries: [entry] } }],
      ['BatchCommitTables', { body: { operations: [{ create_table_version: entry }] } }],
    ] as const
    for (const [operation, request] of requests) {
      failure(await access.reader(operation, request), { 15: 403 })
      failure(await access.stranger(operation, request), { 4: 404, 1: 404 })
    }
    const events = await access.audited(`${namespace}.${name}`)
    demand(events.includes('lanceCreateTableVersion allowed'), `the events are ${events.join(', ')}`)
  }),
]
