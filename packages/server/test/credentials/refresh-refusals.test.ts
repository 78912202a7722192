import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { sealRefreshToken } from '../../src/credentials/refresh-token.ts'
import { TestLake, tokenOf } from './lake.ts'
import { claimsOf, loadedTable, refusal, stagedTable, type TestToken } from './tokens.ts'

let lake: TestLake
let alice: ProvenIdentity
let bob: ProvenIdentity
let turn = 0

beforeAll(async () => {
  lake = await TestLake.open()
})
afterAll(() => lake[Symbol.asyncDispose]())
beforeEach(async () => {
  lake.now = Date.now()
  turn += 1
  alice = await lake.principal(`alice-${turn}`)
  bob = await lake.principal(`bob-${turn}`)
})

const loaded = (): Promise<TestToken> => loadedTable(lake, alice, `t${turn}`)
const creating = (): Promise<TestToken> => stagedTable(lake, alice, `s${turn}`)

describe('authorizeRefresh refuses a token', () => {
  test('when another caller sends it, with all privileges', async () => {
    const { table, token } = await loaded()
    await lake.grant('manage', bob)
    expect(await refusal(lake.refresh(token, bob, table.name))).toBe('other caller')
  })

  test('when the caller has the same name but another issuer, or the same id but another name', async () => {
    const { table, token } = await loaded()
    for (const changed of [{ id: randomUUID() }, { issuer: 'https://evil.example' }, { subject: 'x' }]) {
      const caller = { ...alice, principal: { ...alice.principal, ...changed } }
      expect(await refusal(lake.refresh(token, caller, table.name))).toBe('other caller')
    }
  })

  test('for another name, another warehouse, another vending mode', async () => {
    const { table, token } = await loaded()
    const other = await lake.table(`other${turn}`)
    await lake.grant('modify', alice, other)
    expect(await refusal(lake.refresh(token, alice, other.name))).toBe('other name')
    const sealed = await claimsOf(lake, token)
    const elsewhere = await sealRefreshToken(lake.ring, { ...sealed, warehouseId: randomUUID() })
    expect(await refusal(lake.refresh(elsewhere, alice, table.name))).toBe('other warehouse')
    const signing = await sealRefreshToken(lake.ring, { ...sealed, mode: 'remote-signing' })
    expect(await refusal(lake.refresh(signing, alice, table.name))).toBe('other mode')
  })

  test('when another table has the name, although the first one still exists', async () => {
    const { table, token } = await loaded()
    await lake.change('rename', table.id, `moved-${turn}`)
    await lake.table(table.name, [`s3://lake/new-${turn}/`])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('when its table was dropped, or never committed', async () => {
    const { table, token } = await loaded()
    await lake.change('drop', table.id)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('table dropped')
    const coming = await creating()
    await lake.change('forget', coming.table.id)
    expect(await refusal(lake.refresh(coming.token, alice, coming.table.name))).toBe('table removed')
  })

  test('when a table was recreated under the name of the dropped one', async () => {
    const { table, token } = await loaded()
    await lake.change('drop', table.id)
    const anew = await lake.table(table.name, [`s3://lake/anew-${turn}/`])
    await lake.grant('modify', alice, anew)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('when a commit moved the table to locations that do not contain the former ones', async () => {
    const { table, token } = await loaded()
    await lake.change('setPrefixes', table.id, [`s3://lake/more-${turn}/`])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations changed')
    await lake.change('setPrefixes', table.id, [])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations changed')
  })

  test('when the warehouse does not allow its locations any more', async () => {
    const outside = ['s3://elsewhere/t/']
    const table = await lake.table(`t${turn}`, outside)
    await lake.grant('modify', alice, table)
    const token = tokenOf(await lake.load(table, alice))
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations not allowed')
  })

  test.each(['', 'part/'])(
    'when another table received its location, or one that overlaps it (%j)',
    async (below) => {
      const { table, token } = await creating()
      await lake.refresh(token, alice, table.name)
      const place = table.prefixes[0] ?? ''
      const other = await lake.table(`winner${turn}`, [`${place}${below}`])
      expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations overlap')
      await lake.change('drop', other.id)
      expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations overlap')
    },
  )

  test('after the table, the warehouse, or the sessions of the principal were revoked', async () => {
    const { table, token } = await loaded()
    const at = new Date(lake.now)
    await lake.change('revoke', table.id, at)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('table revoked')
    await lake.change('revoke', table.id, new Date(0))
    const warehouse = (await lake.warehouse()).id
    await lake.change('revokeWarehouse', warehouse, at)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('warehouse revoked')
    await lake.change('revokeWarehouse', warehouse, new Date(0))
    await lake.refresh(token, alice, table.name)
    await lake.change('revokePrincipal', alice.principal.id, new Date(lake.now + 1))
    // The principal logged in again. The token is older than the revocation.
    const again = { ...alice, issuedAt: lake.now + 2 }
    expect(await refusal(lake.refresh(token, again, table.name))).toBe('principal removed or disabled')
  })

  test('when its principal is disabled', async () => {
    const { table, token } = await loaded()
    await lake.change('disable', alice.principal.id)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('principal removed or disabled')
  })

  test('that is modified, truncated, or sealed with an unknown key', async () => {
    const { table, token } = await loaded()
    for (const [forged, reason] of [
      [token.slice(0, -4), 'not decryptable'],
      [`${token}x`, 'not decryptable'],
      [token.split('.').toReversed().join('.'), 'malformed'],
      ['', 'malformed'],
      [`eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoieCJ9..AAAA.AAAA.AAAA`, 'unknown key'],
    ] as const)
      expect(await refusal(lake.refresh(forged, alice, table.name))).toBe(reason)
  })
})
