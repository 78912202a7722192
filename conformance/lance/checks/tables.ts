import { demand } from '../../lib/outcome.ts'
import { type Check, check, type Fixture } from '../check.ts'
import { failure, success } from '../wire.ts'

async function namespace({ wire, name }: Fixture): Promise<string> {
  const id = name()
  success(await wire('CreateNamespace', { id, body: {} }))
  return id
}

async function declared(fixture: Fixture): Promise<{ readonly id: string; readonly location: unknown }> {
  const id = `${await namespace(fixture)}$t`
  const { location } = success(await fixture.wire('DeclareTable', { id, body: {} }))
  return { id, location }
}

export const tableChecks: readonly Check[] = [
  check('DeclareTable returns a location, and DescribeTable returns it again', async (fixture) => {
    const { id, location } = await declared(fixture)
    demand(typeof location === 'string' && location !== '', `the location is ${JSON.stringify(location)}`)
    const described = success(await fixture.wire('DescribeTable', { id, body: {} }))
    demand(described['location'] === location, `described at ${JSON.stringify(described['location'])}`)
  }),
  check('DeclareTable of an existing table is refused with code 5', async (fixture) => {
    const { id } = await declared(fixture)
    failure(await fixture.wire('DeclareTable', { id, body: {} }), { 5: 409 })
  }),
  check('DeclareTable in a missing namespace is refused with code 1', async (fixture) => {
    failure(await fixture.wire('DeclareTable', { id: `${fixture.name()}$t`, body: {} }), { 1: 404 })
  }),
  check('DeclareTable keeps properties', async (fixture) => {
    const id = `${await namespace(fixture)}$t`
    success(await fixture.wire('DeclareTable', { id, body: { properties: { a: 'b' } } }))
    const { properties } = success(await fixture.wire('DescribeTable', { id, body: {} }))
    demand(JSON.stringify(properties) === '{"a":"b"}', `properties are ${JSON.stringify(properties)}`)
  }),
  check('DescribeTable of a missing table is refused with code 4', async (fixture) => {
    failure(await fixture.wire('DescribeTable', { id: `${await namespace(fixture)}$t`, body: {} }), {
      4: 404,
    })
  }),
  check('DescribeTable with check_declared tells that a table was only declared', async (fixture) => {
    const { id } = await declared(fixture)
    const described = success(await fixture.wire('DescribeTable', { id, body: { check_declared: true } }))
    demand(described['is_only_declared'] === true, JSON.stringify(described))
  }),
  check('ListTables without declared tables omits tables without data', async (fixture) => {
    const { id } = await declared(fixture)
    const above = id.slice(0, -2)
    const all = success(await fixture.wire('ListTables', { id: above }))
    demand(JSON.stringify(all['tables']) === '["t"]', JSON.stringify(all))
    const written = success(
      await fixture.wire('ListTables', { id: above, query: { include_declared: 'false' } }),
    )
    demand(JSON.stringify(written['tables']) === '[]', JSON.stringify(written))
  }),
  check('TableExists tells existing and missing tables apart', async (fixture) => {
    const { id } = await declared(fixture)
    success(await fixture.wire('TableExists', { id, body: {} }))
    failure(await fixture.wire('TableExists', { id: `${id}x`, body: {} }), { 4: 404 })
  }),
  check('DropTable returns id and location, and the table no longer exists', async (fixture) => {
    const { id } = await declared(fixture)
    const dropped = success(await fixture.wire('DropTable', { id }))
    demand(typeof dropped['location'] === 'string', JSON.stringify(dropped))
    failure(await fixture.wire('DescribeTable', { id, body: {} }), { 4: 404 })
    failure(await fixture.wire('DropTable', { id }), { 4: 404 })
  }),
  check('DeregisterTable returns the location, and the table no longer exists', async (fixture) => {
    const { id } = await declared(fixture)
    const removed = success(await fixture.wire('DeregisterTable', { id, body: {} }))
    demand(typeof removed['location'] === 'string', JSON.stringify(removed))
    failure(await fixture.wire('TableExists', { id, body: {} }), { 4: 404 })
  }),
  check('RegisterTable of a location without a table is refused', async (fixture) => {
    const id = `${await namespace(fixture)}$t`
    const { status } = await fixture.wire('RegisterTable', {
      id,
      body: { location: `${fixture.name()}.lance` },
    })
    demand(status >= 400 && status < 500, `the status is ${status}`)
  }),
  check('RegisterTable refuses locations outside of its root', async (fixture) => {
    const id = `${await namespace(fixture)}$t`
    for (const location of ['../outside.lance', '/etc/t.lance', 's3://elsewhere/t.lance']) {
      const { status } = await fixture.wire('RegisterTable', { id, body: { location } })
      demand(status >= 400 && status < 500, `the status for ${location} is ${status}`)
    }
  }),
  check('RenameTable keeps the location, and the old name is free', async (fixture) => {
    const { id, location } = await declared(fixture)
    success(await fixture.wire('RenameTable', { id, body: { new_table_name: 'new' } }))
    const renamed = success(await fixture.wire('DescribeTable', { id: `${id.slice(0, -2)}$new`, body: {} }))
    demand(renamed['location'] === location, JSON.stringify(renamed))
    success(await fixture.wire('DeclareTable', { id, body: {} }))
  }),
  check(
    'RenameTable moves a table to another namespace, and refuses a name that is taken',
    async (fixture) => {
      const [from, to] = [await declared(fixture), await declared(fixture)]
      const target = to.id.slice(0, -2)
      const body = { new_table_name: 't', new_namespace_id: [target] }
      failure(await fixture.wire('RenameTable', { id: from.id, body }), { 5: 409 })
      success(await fixture.wire('RenameTable', { id: from.id, body: { ...body, new_table_name: 'moved' } }))
      success(await fixture.wire('TableExists', { id: `${target}$moved`, body: {} }))
    },
  ),
  check('ListAllTables contains tables of all namespaces, joined by the delimiter', async (fixture) => {
    const { id } = await declared(fixture)
    const names: unknown[] = []
    let token: unknown
    do {
      const query = typeof token === 'string' ? { page_token: token } : {}
      const page = success(await fixture.wire('ListAllTables', { query: { limit: '100', ...query } }))
      names.push(...(page['tables'] as readonly unknown[]))
      token = page['page_token']
    } while (typeof token === 'string' && token !== '')
    demand(names.includes(id), `${id} is not among ${names.length} names`)
  }),
  check('a table of the root is declared, listed and dropped', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('DeclareTable', { id, body: {} }))
    const { tables } = success(await fixture.wire('ListTables', { id: '$' }))
    demand((tables as readonly unknown[]).includes(id), 'the root does not list the table')
    success(await fixture.wire('DropTable', { id }))
  }),
  check(
    'storage options are returned unless the client declines them, and contain the time of their end',
    async (fixture) => {
      const { id } = await declared(fixture)
      const described = success(await fixture.wire('DescribeTable', { id, body: {} }))
      const options = described['storage_options'] as Record<string, string> | null | undefined
      if (options === null || options === undefined) return
      if (options['aws_session_token'] !== undefined)
        demand(Number(options['expires_at_millis']) > Date.now(), 'temporary keys have no expires_at_millis')
      const declined = success(await fixture.wire('DescribeTable', { id, body: { vend_credentials: false } }))
      const rest = (declined['storage_options'] ?? {}) as Record<string, string>
      demand(rest['aws_secret_access_key'] === undefined, 'a client that declined keys received them')
    },
  ),
]
