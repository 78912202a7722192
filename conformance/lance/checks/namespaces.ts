import { demand } from '../../lib/outcome.ts'
import { type Check, check, type Fixture } from '../check.ts'
import { failure, success } from '../wire.ts'

const list = async ({ wire }: Fixture, id: string, query = {}): Promise<readonly unknown[]> =>
  success(await wire('ListNamespaces', { id, query }))['namespaces'] as readonly unknown[]

export const namespaceChecks: readonly Check[] = [
  check(
    'CreateNamespace returns the properties, and DescribeNamespace returns them again',
    async (fixture) => {
      const [id, properties] = [fixture.name(), { owner: 'ann' }]
      success(await fixture.wire('CreateNamespace', { id, body: { properties } }))
      const described = success(await fixture.wire('DescribeNamespace', { id, body: {} }))
      demand(
        JSON.stringify(described['properties']) === JSON.stringify(properties),
        JSON.stringify(described),
      )
    },
  ),
  check('the properties of a namespace without properties are an empty object', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    const { properties } = success(await fixture.wire('DescribeNamespace', { id, body: {} }))
    demand(JSON.stringify(properties) === '{}', `properties is ${JSON.stringify(properties)}`)
  }),
  check('CreateNamespace of an existing namespace is refused with code 2', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    failure(await fixture.wire('CreateNamespace', { id, body: {} }), { 2: 409 })
  }),
  check('CreateNamespace accepts the mode exist_ok in each spelling', async (fixture) => {
    const id = fixture.name()
    for (const mode of ['ExistOk', 'exist_ok', 'EXISTOK'])
      success(await fixture.wire('CreateNamespace', { id, body: { mode } }))
  }),
  check('CreateNamespace with the mode Overwrite empties the namespace', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    success(await fixture.wire('DeclareTable', { id: `${id}$t`, body: {} }))
    success(await fixture.wire('CreateNamespace', { id, body: { mode: 'Overwrite' } }))
    const { tables } = success(await fixture.wire('ListTables', { id }))
    demand(JSON.stringify(tables) === '[]', `tables are ${JSON.stringify(tables)}`)
  }),
  check('CreateNamespace below a missing parent is refused with code 1', async (fixture) => {
    failure(await fixture.wire('CreateNamespace', { id: `${fixture.name()}$child`, body: {} }), { 1: 404 })
  }),
  check('ListNamespaces lists the names directly below a namespace', async (fixture) => {
    const id = fixture.name()
    for (const each of [id, `${id}$a`, `${id}$b`, `${id}$b$c`])
      success(await fixture.wire('CreateNamespace', { id: each, body: {} }))
    const names = new Set(await list(fixture, id))
    demand(names.size === 2 && names.has('a') && names.has('b'), `listed ${[...names].join(', ')}`)
    demand((await list(fixture, '$')).includes(id), 'the root does not list the namespace')
  }),
  check('ListNamespaces returns every name once in pages', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const each of names)
      success(await fixture.wire('CreateNamespace', { id: `${id}$${each}`, body: {} }))
    const seen: unknown[] = []
    let token: string | undefined
    do {
      const query = { limit: '2', ...(token === undefined ? {} : { page_token: token }) }
      const page = success(await fixture.wire('ListNamespaces', { id, query }))
      const found = page['namespaces'] as readonly unknown[]
      demand(found.length <= 2, `a page has ${found.length} names`)
      seen.push(...found)
      token = (page['page_token'] as string | null | undefined) ?? undefined
    } while (token !== undefined && token !== '' && seen.length <= names.length)
    demand(
      seen.length === names.length && names.every((each) => seen.includes(each)),
      `seen ${JSON.stringify(seen)}`,
    )
  }),
  check('ListNamespaces and ListTables of a missing namespace are refused with code 1', async (fixture) => {
    const id = fixture.name()
    failure(await fixture.wire('ListNamespaces', { id }), { 1: 404 })
    failure(await fixture.wire('ListTables', { id }), { 1: 404 })
  }),
  check('NamespaceExists tells existing and missing namespaces apart', async (fixture) => {
    const id = fixture.name()
    failure(await fixture.wire('NamespaceExists', { id, body: {} }), { 1: 404 })
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    success(await fixture.wire('NamespaceExists', { id, body: {} }))
  }),
  check('DropNamespace of a namespace with tables is refused with code 3', async (fixture) => {
    const id = fixture.name()
    success(await fixture.wire('CreateNamespace', { id, body: {} }))
    success(await fixture.wire('DeclareTable', { id: `${id}$t`, body: {} }))
    failure(await fixture.wire('DropNamespace', { id, body: {} }), { 3: 409 })
    failure(await fixture.wire('DropNamespace', { id, body: { behavior: 'restrict' } }), { 3: 409 })
  }),
  check('DropNamespace with Cascade drops tables and child namespaces', async (fixture) => {
    const id = fixture.name()
    for (const each of [id, `${id}$child`])
      success(await fixture.wire('CreateNamespace', { id: each, body: {} }))
    for (const each of [`${id}$t`, `${id}$child$t`])
      success(await fixture.wire('DeclareTable', { id: each, body: {} }))
    success(await fixture.wire('DropNamespace', { id, body: { behavior: 'Cascade' } }))
    failure(await fixture.wire('NamespaceExists', { id, body: {} }), { 1: 404 })
    failure(await fixture.wire('DescribeTable', { id: `${id}$t`, body: {} }), { 4: 404, 1: 404 })
  }),
  check('DropNamespace of a missing namespace fails, and with the mode Skip succeeds', async (fixture) => {
    const id = fixture.name()
    const { status } = await fixture.wire('DropNamespace', { id, body: {} })
    demand(status === 400 || status === 404, `the status is ${status}`)
    success(await fixture.wire('DropNamespace', { id, body: { mode: 'Skip' } }))
  }),
]
