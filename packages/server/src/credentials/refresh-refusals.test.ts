import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../identity/identity.ts'
import { sealRefreshToken } from './refresh-token.ts'
import { TestLake, tokenOf } from './test-lake.ts'
import { claimsOf, loadedTable, refusal, stagedTable, type TestToken } from './test-tokens.ts'

let lake: TestLake
let alice: Identity
let bob: Identity
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

describe('a token is worth nothing', () => {
  test('to another caller, with whatever rights', async () => {
    const { table, token } = await loaded()
    await lake.grant('manage', bob)
    expect(await refusal(lake.refresh(token, bob, table.name))).toBe('other caller')
  })

  test('to somebody of the same name from elsewhere, or of the same id with another name', async () => {
    const { table, token } = await loaded()
    for (const changed of [{ id: randomUUID() }, { issuer: 'https://evil.example' }, { subject: 'x' }]) {
      const caller = { ...alice, principal: { ...alice.principal, ...changed } }
      expect(await refusal(lake.refresh(token, caller, table.name))).toBe('other caller')
    }
  })

  test('for another name, another warehouse, another way of handing out', async () => {
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

  test('when another table has the name now, though the old one still stands', async () => {
    const { table, token } = await loaded()
    await lake.change('rename', table.id, `moved-${turn}`)
    await lake.table(table.name, [`s3://lake/new-${turn}/`])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('when its table was dropped, or never came to be', async () => {
    const { table, token } = await loaded()
    await lake.change('drop', table.id)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('table dropped')
    const coming = await creating()
    await lake.change('forget', coming.table.id)
    expect(await refusal(lake.refresh(coming.token, alice, coming.table.name))).toBe('table removed')
  })

  test('for a table that was made anew under the name of a dropped one', async () => {
    const { table, token } = await loaded()
    await lake.change('drop', table.id)
    const anew = await lake.table(table.name, [`s3://lake/anew-${turn}/`])
    await lake.grant('modify', alice, anew)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('when a commit moved the table to other places, and those of before are none of its own', async () => {
    const { table, token } = await loaded()
    await lake.change('setPrefixes', table.id, [`s3://lake/more-${turn}/`])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations changed')
    await lake.change('setPrefixes', table.id, [])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations changed')
  })

  test('when the warehouse does not allow its places any more', async () => {
    const outside = ['s3://elsewhere/t/']
    const table = await lake.table(`t${turn}`, outside)
    await lake.grant('modify', alice, table)
    const token = tokenOf(await lake.load(table, alice))
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations not allowed')
  })

  test.each(['', 'part/'])('when another table got its place or one around or in it (%j)', async (below) => {
    const { table, token } = await creating()
    await lake.refresh(token, alice, table.name)
    const place = table.prefixes[0] ?? ''
    const other = await lake.table(`winner${turn}`, [`${place}${below}`])
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations overlap')
    await lake.change('drop', other.id)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('locations overlap')
  })

  test('after what it came from was revoked: table, warehouse, sessions of the principal', async () => {
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
    // She logged in again: the token is from before.
    const again = { ...alice, issuedAt: lake.now + 2 }
    expect(await refusal(lake.refresh(token, again, table.name))).toBe('principal removed or disabled')
  })

  test('to a principal that was disabled', async () => {
    const { table, token } = await loaded()
    await lake.change('disable', alice.principal.id)
    expect(await refusal(lake.refresh(token, alice, table.name))).toBe('principal removed or disabled')
  })

  test('when it is forged, cut, or of a key nobody has', async () => {
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
