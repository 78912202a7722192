import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { sealRefreshToken } from '../../src/credentials/refresh-token.ts'
import { CredentialFixture, readToken } from './credential-fixture.ts'
import { openClaims, loadedTable, refusal, stagedTable, type TestToken } from './tokens.ts'

let fixture: CredentialFixture
let alice: ProvenIdentity
let bob: ProvenIdentity
let turn = 0

beforeAll(async () => {
  fixture = await CredentialFixture.open()
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  fixture.now = Date.now()
  turn += 1
  alice = await fixture.principal(`alice-${turn}`)
  bob = await fixture.principal(`bob-${turn}`)
})

const loaded = (): Promise<TestToken> => loadedTable(fixture, alice, `t${turn}`)
const creating = (): Promise<TestToken> => stagedTable(fixture, alice, `s${turn}`)

describe('authorizeRefresh refuses a token', () => {
  test('authorizeRefresh refuses a refresh token that another caller sends, also a caller with all privileges', async () => {
    const { table, token } = await loaded()
    await fixture.grant('manage', bob)
    expect(await refusal(fixture.refresh(token, bob, table.name))).toBe('other caller')
  })

  test('authorizeRefresh refuses a refresh token when the caller has the same name but another issuer, or the same id but another name', async () => {
    const { table, token } = await loaded()
    for (const changed of [{ id: randomUUID() }, { issuer: 'https://evil.example' }, { subject: 'x' }]) {
      const caller = { ...alice, principal: { ...alice.principal, ...changed } }
      expect(await refusal(fixture.refresh(token, caller, table.name))).toBe('other caller')
    }
  })

  test('authorizeRefresh refuses a refresh token for another table name, another warehouse or another vending mode', async () => {
    const { table, token } = await loaded()
    const other = await fixture.table(`other${turn}`)
    await fixture.grant('modify', alice, other)
    expect(await refusal(fixture.refresh(token, alice, other.name))).toBe('other name')
    const sealed = await openClaims(fixture, token)
    const elsewhere = await sealRefreshToken(fixture.ring, { ...sealed, warehouseId: randomUUID() })
    expect(await refusal(fixture.refresh(elsewhere, alice, table.name))).toBe('other warehouse')
    const signing = await sealRefreshToken(fixture.ring, { ...sealed, mode: 'remote-signing' })
    expect(await refusal(fixture.refresh(signing, alice, table.name))).toBe('other mode')
  })

  test('authorizeRefresh refuses a refresh token when its table was renamed and another table has the former name', async () => {
    const { table, token } = await loaded()
    await fixture.change('rename', table.id, `moved-${turn}`)
    await fixture.table(table.name, [`s3://lake/new-${turn}/`])
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('authorizeRefresh refuses a refresh token whose table was dropped, or was staged and never committed', async () => {
    const { table, token } = await loaded()
    await fixture.change('drop', table.id)
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('table dropped')
    const coming = await creating()
    await fixture.change('forget', coming.table.id)
    expect(await refusal(fixture.refresh(coming.token, alice, coming.table.name))).toBe('table removed')
  })

  test('authorizeRefresh refuses the token of a dropped table after another table was created under its name', async () => {
    const { table, token } = await loaded()
    await fixture.change('drop', table.id)
    const replacement = await fixture.table(table.name, [`s3://lake/replaced-${turn}/`])
    await fixture.grant('modify', alice, replacement)
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('name taken')
  })

  test('authorizeRefresh refuses a refresh token when a commit moved its table to locations that do not contain the former ones', async () => {
    const { table, token } = await loaded()
    await fixture.change('setPrefixes', table.id, [`s3://lake/more-${turn}/`])
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('locations changed')
    await fixture.change('setPrefixes', table.id, [])
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('locations changed')
  })

  test("authorizeRefresh refuses a refresh token when the warehouse no longer allows the table's locations", async () => {
    const outside = ['s3://elsewhere/t/']
    const table = await fixture.table(`t${turn}`, outside)
    await fixture.grant('modify', alice, table)
    const token = readToken(await fixture.load(table, alice))
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('locations not allowed')
  })

  test.each(['', 'part/'])(
    "authorizeRefresh refuses a refresh token when another table has a location that overlaps the token's location (%j)",
    async (below) => {
      const { table, token } = await creating()
      await fixture.refresh(token, alice, table.name)
      const place = table.prefixes[0] ?? ''
      const other = await fixture.table(`winner${turn}`, [`${place}${below}`])
      expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('locations overlap')
      await fixture.change('drop', other.id)
      expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('locations overlap')
    },
  )

  test("authorizeRefresh refuses a refresh token that is older than a revocation of its table, its warehouse or its principal's sessions", async () => {
    const { table, token } = await loaded()
    const at = new Date(fixture.now)
    await fixture.change('revoke', table.id, at)
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('table revoked')
    await fixture.change('revoke', table.id, new Date(0))
    const warehouse = (await fixture.warehouse()).id
    await fixture.change('revokeWarehouse', warehouse, at)
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('warehouse revoked')
    await fixture.change('revokeWarehouse', warehouse, new Date(0))
    await fixture.refresh(token, alice, table.name)
    await fixture.change('revokePrincipal', alice.principal.id, new Date(fixture.now + 1))
    // The new login of the principal does not make the token valid, because the token is older than the
    // revocation.
    const again = { ...alice, issuedAt: fixture.now + 2 }
    expect(await refusal(fixture.refresh(token, again, table.name))).toBe('principal removed or disabled')
  })

  test('authorizeRefresh refuses a refresh token of a disabled principal', async () => {
    const { table, token } = await loaded()
    await fixture.change('disable', alice.principal.id)
    expect(await refusal(fixture.refresh(token, alice, table.name))).toBe('principal removed or disabled')
  })

  test('authorizeRefresh refuses a refresh token that is modified, truncated, or sealed with an unknown key', async () => {
    const { table, token } = await loaded()
    for (const [forged, reason] of [
      [token.slice(0, -4), 'not decryptable'],
      [`${token}x`, 'not decryptable'],
      [token.split('.').toReversed().join('.'), 'malformed'],
      ['', 'malformed'],
      [`eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoieCJ9..AAAA.AAAA.AAAA`, 'unknown key'],
    ] as const)
      expect(await refusal(fixture.refresh(forged, alice, table.name))).toBe(reason)
  })
})
