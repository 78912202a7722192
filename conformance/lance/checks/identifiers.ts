import { demand } from '../../lib/outcome.ts'
import { type Check, check, type Fixture } from '../check.ts'
import { failure, success, type WireRequest } from '../wire.ts'

/**
 * Checks that the server declares, finds and drops a table whose identifier is encoded in a special way in the path.
 */
async function lives({ wire }: Fixture, request: WireRequest): Promise<void> {
  success(await wire('DeclareTable', { ...request, body: {} }))
  success(await wire('TableExists', { ...request, body: {} }))
  success(await wire('DropTable', request))
}

const names = ['a b', 'ü', '日本', '100%', 'a+b', "it's", 'a.b', 'a/b', 'UPPER', '-', 'a&b=c', '{x}', '"q"']

export const identifierChecks: readonly Check[] = [
  ...names.map((name) =>
    check(`the table name ${JSON.stringify(name)} is accepted and listed`, async (fixture) => {
      const above = fixture.name()
      success(await fixture.wire('CreateNamespace', { id: above, body: {} }))
      const id = `${above}$${name}`
      success(await fixture.wire('DeclareTable', { id, body: {} }))
      const { tables } = success(await fixture.wire('ListTables', { id: above }))
      demand(JSON.stringify(tables) === JSON.stringify([name]), `listed as ${JSON.stringify(tables)}`)
      success(await fixture.wire('DropTable', { id }))
    }),
  ),
  check('a name that contains $ needs another delimiter, of one or several characters', async (fixture) => {
    const above = fixture.name()
    success(await fixture.wire('CreateNamespace', { id: above, body: {} }))
    for (const delimiter of ['|', '::', '.'])
      await lives(fixture, { id: `${above}${delimiter}a$b`, delimiter })
  }),
  check('a space in the path may be encoded as +, and + as %2B', async (fixture) => {
    const above = fixture.name()
    success(await fixture.wire('CreateNamespace', { id: above, body: {} }))
    success(await fixture.wire('DeclareTable', { rawId: `${above}%24a+b%2Bc`, body: {} }))
    success(await fixture.wire('TableExists', { id: `${above}$a b+c`, body: {} }))
  }),
  check('an identifier in the body must agree with the path', async (fixture) => {
    const above = fixture.name()
    success(await fixture.wire('CreateNamespace', { id: above, body: { id: [above] } }))
    failure(await fixture.wire('DeclareTable', { id: `${above}$t`, body: { id: [above, 'u'] } }), { 13: 400 })
    success(await fixture.wire('DeclareTable', { id: `${above}$t`, body: { id: [above, 't'] } }))
  }),
  check(
    'an identifier in the body may be one text with the delimiter, as DuckDB sends it',
    async (fixture) => {
      const above = fixture.name()
      success(await fixture.wire('CreateNamespace', { id: above, body: {} }))
      success(await fixture.wire('DeclareTable', { id: `${above}$t`, body: { id: [`${above}$t`] } }))
    },
  ),
  check('the body null and an absent body count as an empty object', async (fixture) => {
    const above = fixture.name()
    success(await fixture.wire('CreateNamespace', { id: above }))
    success(await fixture.wire('DeclareTable', { id: `${above}$t`, body: null }))
    success(await fixture.wire('DescribeTable', { id: `${above}$t` }))
  }),
  check('the root names no table', async (fixture) => {
    const { status } = await fixture.wire('DescribeTable', { id: '$', body: {} })
    demand(status === 400 || status === 404, `the status is ${status}`)
  }),
]
