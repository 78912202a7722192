import { setTimeout as sleep } from 'node:timers/promises'
import { demand, notApplicable } from '../../lib/outcome.ts'
import { type AccessFixture, type Check, check, type Fixture } from '../check.ts'
import { failure, openWire, success } from '../wire.ts'

/** Maximum number of times that the audit log is read before an event counts as missing. */
const maxReads = 50
const pauseMs = 100

function access({ access: known }: Fixture): AccessFixture {
  return known ?? notApplicable('the suite knows no callers of this server')
}

async function twoTables(fixture: Fixture): Promise<string> {
  const above = fixture.name()
  success(await fixture.wire('CreateNamespace', { id: above, body: {} }))
  for (const name of ['shown', 'hidden'])
    success(await fixture.wire('DeclareTable', { id: `${above}$${name}`, body: {} }))
  return above
}

export const accessChecks: readonly Check[] = [
  check('requests without credentials and with invalid ones are refused with code 16', async (fixture) => {
    access(fixture)
    for (const headers of [{}, { 'x-api-key': 'no:key' }, { authorization: 'Bearer none' }])
      failure(await openWire(fixture.uri, headers)('ListTables', { id: '$' }), { 16: 401 })
  }),
  check('a caller sees only what it may use', async (fixture) => {
    const { reader, stranger, grantRead } = access(fixture)
    const above = await twoTables(fixture)
    await grantRead(above, 'shown')
    const { tables } = success(await reader('ListTables', { id: above }))
    demand(JSON.stringify(tables) === '["shown"]', `listed ${JSON.stringify(tables)}`)
    failure(await reader('DescribeTable', { id: `${above}$hidden`, body: {} }), { 4: 404 })
    failure(await stranger('ListTables', { id: above }), { 1: 404 })
  }),
  check('each change needs its privilege, and is refused with code 15', async (fixture) => {
    const { reader, grantRead } = access(fixture)
    const above = await twoTables(fixture)
    await grantRead(above, 'shown')
    const id = `${above}$shown`
    success(await reader('DescribeTable', { id, body: {} }))
    const denied = { 15: 403 }
    failure(await reader('DropTable', { id }), denied)
    failure(await reader('DeregisterTable', { id, body: {} }), denied)
    failure(await reader('RenameTable', { id, body: { new_table_name: 'x' } }), denied)
    failure(await reader('DeclareTable', { id: `${above}$new`, body: {} }), denied)
    failure(await reader('RegisterTable', { id: `${above}$new`, body: { location: 'x.lance' } }), denied)
    failure(await reader('DropNamespace', { id: above, body: { behavior: 'Cascade' } }), denied)
    failure(await reader('CreateNamespace', { id: `${above}$child`, body: {} }), denied)
  }),
  check('changes and refusals are in the audit log', async (fixture) => {
    const { reader, grantRead, audited } = access(fixture)
    const above = await twoTables(fixture)
    await grantRead(above, 'shown')
    await reader('DropTable', { id: `${above}$shown` })
    success(await fixture.wire('DropTable', { id: `${above}$shown` }))
    const wanted = ['lanceDeclareTable allowed', 'lanceDropTable denied', 'lanceDropTable allowed']
    // The server records a refusal after it has responded, so the check waits for the audit event.
    for (let attempt = 1; ; attempt += 1) {
      const events = await audited(`${above}.shown`)
      const missing = wanted.filter((event) => !events.includes(event))
      if (missing.length === 0) return
      demand(attempt < maxReads, `${missing.join(', ')} is not among ${events.join(', ')}`)
      await sleep(pauseMs)
    }
  }),
]
