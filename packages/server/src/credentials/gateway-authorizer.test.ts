import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Policies } from '../access/policies.ts'
import { anonymousId } from '../reserved-ids.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Sql } from '../store/sql.ts'
import { GatewayAuthorizer } from './gateway-authorizer.ts'
import { openS3Session, type S3Session } from './s3-session.ts'
import { CredentialFixture, type TestTable } from '../../test/credentials/credential-fixture.ts'

let fixture: CredentialFixture
let alice: ProvenIdentity
let table: TestTable
let gate: GatewayAuthorizer
let queries: number
let clock: number
let turn = 0

beforeAll(async () => {
  fixture = await CredentialFixture.open()
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  fixture.now = Date.now()
  turn += 1
  alice = await fixture.principal(`alice-${turn}`)
  table = await fixture.table(`t${turn}`)
  await fixture.grant('modify', alice, table)
  queries = 0
  clock = 0
  gate = new GatewayAuthorizer({
    sql: counting(fixture.sql),
    policies: fixture.policies,
    warehouses: fixture.warehouses,
    anonymous: false,
    now: () => clock,
  })
})

/** Returns the connection with `run` as the function that runs its statements. */
function running(sql: Sql, run: Sql['run']): Sql {
  return {
    run,
    afterCommit: (callback) => callback(),
    transaction: (work, options) => sql.transaction(work, options),
    listen: (channel, onPayload) => sql.listen(channel, onPayload),
    readRow: (...args) => sql.readRow(...args),
    readCached: (...args) => sql.readCached(...args),
    ping: (signal) => sql.ping(signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function counting(sql: Sql): Sql {
  return running(sql, (statement, values) => {
    if (statement.name === 'relation_state') queries += 1
    return sql.run(statement, values)
  })
}

async function session(
  who: ProvenIdentity = alice,
  on: TestTable = table,
  access: 'read' | 'read-write' = 'read-write',
): Promise<S3Session> {
  const { config } = await fixture.load(on, who, access)
  const opened = openS3Session(
    fixture.ring,
    config['s3.access-key-id'] ?? '',
    config['s3.session-token'] ?? '',
    fixture.now,
  )
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(isHeadgateError(error, 'forbidden')).toBe(true)
  const { cause, message } = error as Error
  expect(message).toBe('Access to this storage has ended. Load the table again.')
  return (cause as Error).message.replace('Gateway session refused: ', '')
}

describe('GatewayAuthorizer', () => {
  test('GatewayAuthorizer admits a session to its warehouse, and decides only once within the maximum age of a decision', async () => {
    const one = await session()
    expect((await gate.authorize(one)).storage).toBe((await fixture.warehouse()).storage)
    for (let request = 0; request < 50; request += 1) await gate.authorize(one)
    clock = 14_999
    await gate.authorize(one)
    expect(queries).toBe(1)
    clock = 30_000
    await gate.authorize(one)
    expect(queries).toBe(2)
  })

  test('GatewayAuthorizer decides once for concurrent requests of a session', async () => {
    const one = await session()
    await Promise.all(Array.from({ length: 500 }, () => gate.authorize(one)))
    expect(queries).toBe(1)
  })

  test('GatewayAuthorizer makes a decision again in the background before the decision is too old', async () => {
    const one = await session()
    await gate.authorize(one)
    clock = 20_000
    await expect.poll(() => gate.authorize(one).then(() => queries)).toBe(2)
    clock = 49_000
    await expect.poll(() => gate.authorize(one).then(() => queries)).toBe(3)
  })

  test('GatewayAuthorizer admits a session while its table is staged, and after the commit', async () => {
    await fixture.grant('create', alice)
    const staged = await fixture.staged(`s${turn}`, alice)
    const one = await session(alice, staged)
    await gate.authorize(one)
    await fixture.grant('modify', alice, await fixture.commit(staged))
    await gate.authorize(one)
  })

  test('GatewayAuthorizer admits a session of an anonymous caller when the server accepts anonymous callers', async () => {
    const anonymous: ProvenIdentity = {
      principal: { id: anonymousId, issuer: 'headgate', subject: 'anonymous', name: 'anonymous' },
      actors: [],
      method: 'anonymous',
      expiresAt: null,
    }
    const one = await session(anonymous)
    const { sql, policies, warehouses } = fixture
    await new GatewayAuthorizer({ sql, policies, warehouses, anonymous: true }).authorize(one)
    // The server was restarted, and now requires authentication.
    expect(await refusal(gate.authorize(one))).toBe('anonymous callers are not accepted')
  })
})

describe('GatewayAuthorizer refuses a session', () => {
  test('GatewayAuthorizer refuses a session immediately after a privilege of its principal was revoked', async () => {
    const one = await session()
    await gate.authorize(one)
    await fixture.revokeAll(alice)
    expect(await refusal(gate.authorize(one))).toBe('privilege modify revoked')
    await fixture.grant('modify', alice, table)
    await gate.authorize(one)
  })

  test('GatewayAuthorizer refuses a session immediately after its principal or its engine was disabled', async () => {
    const engine = await fixture.engine(`engine-${turn}`)
    const one = await session({ ...alice, actors: [engine.principal] })
    await gate.authorize(one)
    await fixture.change('disable', engine.principal.id)
    expect(await refusal(gate.authorize(one))).toBe('engine disabled')
    const other = await session()
    await gate.authorize(other)
    await fixture.change('disable', alice.principal.id)
    expect(await refusal(gate.authorize(other))).toMatch(/revoked/)
  })

  test('GatewayAuthorizer refuses a session after the entry of its engine lost the permission to name the user', async () => {
    const engine = await fixture.engine(`engine-${turn}`, { namesIssuer: 'headgate', unsignedSubjects: true })
    const one = await session({ ...alice, actors: [engine.principal], method: 'statement' })
    await gate.authorize(one)
    await fixture.change('forbidStatements', engine.principal.id)
    expect(await refusal(gate.authorize(one))).toMatch(/privilege modify revoked/)
  })

  test('GatewayAuthorizer refuses a session after the engine that first named the user, and passed the user to another engine, lost the permission', async () => {
    const settings = { namesIssuer: 'headgate', unsignedSubjects: true }
    const engine = await fixture.engine(`engine-${turn}`, settings)
    const stating = await fixture.engine(`stating-${turn}`, settings)
    const actors = [engine.principal, stating.principal]
    const one = await session({ ...alice, actors, obtainedBy: 'statement' })
    await gate.authorize(one)
    await fixture.change('forbidStatements', stating.principal.id)
    expect(await refusal(gate.authorize(one))).toMatch(/privilege modify revoked/)
  })

  test('GatewayAuthorizer refuses a session without recorded authentication method after the entry of its engine changed', async () => {
    const engine = await fixture.engine(`engine-${turn}`)
    await fixture.change('changeEntryAt', engine.principal.id, new Date(fixture.now - 600_000))
    const old = { ...(await session({ ...alice, actors: [engine.principal] })), provenBy: null }
    const alone = { ...(await session()), provenBy: null }
    await gate.authorize(old)
    await gate.authorize(alone)
    await fixture.change('changeEntryAt', engine.principal.id, new Date(fixture.now))
    expect(await refusal(gate.authorize(old))).toMatch(/privilege modify revoked/)
    await gate.authorize(alone)
  })

  test('GatewayAuthorizer refuses a session after the sessions of its principal were ended', async () => {
    const one = await session()
    await gate.authorize(one)
    await fixture.change('revokePrincipal', alice.principal.id, new Date(fixture.now))
    expect(await refusal(gate.authorize(one))).toMatch(/revoked/)
  })

  const revoked: [string, () => Promise<void>, string][] = [
    ['dropped', () => fixture.change('drop', table.id), 'table dropped'],
    ['revoked', () => fixture.change('revoke', table.id, new Date(fixture.now)), 'table revoked'],
    ['moved', () => fixture.change('setPrefixes', table.id, ['s3://lake/else/']), 'locations changed'],
  ]
  test.each(revoked)(
    'GatewayAuthorizer refuses a session within the maximum age of decisions after its table was %s',
    async (_, change, reason) => {
      const one = await session()
      await gate.authorize(one)
      await change()
      clock = 30_000
      expect(await refusal(gate.authorize(one))).toBe(reason)
    },
  )

  test('GatewayAuthorizer refuses a session after another table received the location of its staged table', async () => {
    await fixture.grant('create', alice)
    const staged = await fixture.staged(`s${turn}`, alice)
    const one = await session(alice, staged)
    await gate.authorize(one)
    await fixture.table(`winner-${turn}`, staged.prefixes)
    clock = 30_000
    expect(await refusal(gate.authorize(one))).toBe('locations overlap')
  })

  test('GatewayAuthorizer refuses a session after access to its warehouse was revoked, or the warehouse uses another vending mode', async () => {
    const one = await session()
    await gate.authorize(one)
    const { id } = await fixture.warehouse()
    await fixture.change('revokeWarehouse', id, new Date(fixture.now))
    expect(await refusal(gate.authorize(one))).toBe('warehouse revoked')
    await fixture.change('revokeWarehouse', id, new Date(0))
    await fixture.change('setVending', id, JSON.stringify({ mode: 'none' }))
    clock += 30_000
    expect(await refusal(gate.authorize(one))).toBe('other mode')
    await fixture.change('setVending', id, JSON.stringify({ mode: 'gateway' }))
    clock += 30_000
    await gate.authorize(one)
  })

  test('GatewayAuthorizer refuses a session after its expiry', async () => {
    const one = await session()
    expect(await refusal(gate.authorize({ ...one, expiresAt: Date.now() }))).toBe('session expired')
  })

  test('GatewayAuthorizer refuses a session that writes, but not a session that reads, after the privilege modify was revoked', async () => {
    await fixture.revokeAll(alice)
    await fixture.grant('select', alice, table)
    await gate.authorize(await session(alice, table, 'read'))
    expect(await refusal(gate.authorize(await session()))).toBe('privilege modify revoked')
  })
})

test('GatewayAuthorizer uses cached decisions until their maximum age while the database is unavailable', async () => {
  let away = false
  const failing = running(fixture.sql, (statement, values) =>
    away
      ? Promise.reject(new HeadgateError('unavailable', 'the database is unavailable'))
      : fixture.sql.run(statement, values),
  )
  // With a maximum age of 0, policies are read from the database for every request.
  await using policies = await Policies.open({ sql: failing, maxAgeMs: 0 })
  const { warehouses } = fixture
  const strict = new GatewayAuthorizer({
    sql: failing,
    policies,
    warehouses,
    anonymous: false,
    now: () => clock,
  })
  const one = await session()
  await strict.authorize(one)
  away = true
  clock = 29_999
  await strict.authorize(one)
  clock = 30_000
  await expect(strict.authorize(one)).rejects.toThrow('the database is unavailable')
  away = false
  await strict.authorize(one)
})

test('GatewayAuthorizer caches a limited number of decisions', async () => {
  const small = new GatewayAuthorizer({
    sql: counting(fixture.sql),
    policies: fixture.policies,
    warehouses: fixture.warehouses,
    anonymous: false,
    maxEntries: 1,
    now: () => clock,
  })
  const [one, other] = [await session(), await session(alice, table, 'read')]
  for (const each of [one, other, one]) await small.authorize(each)
  expect(queries).toBe(3)
})
