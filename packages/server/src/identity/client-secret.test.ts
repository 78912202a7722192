import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropAllSecrets, dropOldSecrets, insertSecret } from '../store/client-secrets.ts'
import { insertPrincipal, ownIssuer, setPrincipalEnabled } from '../store/principals.ts'
import { type Sql, statement } from '../store/sql.ts'
import { testStore, type TestStore } from '../../test/store/database.ts'
import { checkClientSecret, generateSecret, hashSecret } from './client-secret.ts'

let store: TestStore
let sql: Sql
beforeAll(async () => {
  store = await testStore()
  sql = store.sql
})
afterAll(() => store[Symbol.asyncDispose]())

async function client(name: string): Promise<{ id: string; secrets: string[] }> {
  const id = randomUUID()
  const secrets = [generateSecret(), generateSecret()]
  await insertPrincipal(sql, { id, issuer: ownIssuer, subject: name, name, kind: 'service' })
  for (const secret of secrets) await insertSecret(sql, id, hashSecret(secret))
  return { id, secrets }
}

const reasons = async (clientId: string | null, secret: string): Promise<string> => {
  const check = await checkClientSecret(sql, clientId, secret, 0)
  return check.ok ? 'ok' : check.reason
}

describe('A client secret', () => {
  test('a client secret has 256 bits, and only its digest is stored', async () => {
    const { id, secrets } = await client('digest')
    expect(Buffer.from(secrets[0] ?? '', 'base64url')).toHaveLength(32)
    const rows = await sql.run<{ hash: Buffer }>(
      statement('test-hashes', 'select hash from client_secret where principal_id = $1 order by slot'),
      [id],
    )
    expect(rows.map((row) => row.hash.toString('hex'))).toEqual(
      secrets.map((secret) => createHash('sha256').update(secret).digest('hex')),
    )
  })

  test('a client secret authenticates the client as its first or its second secret, with or without the client id', async () => {
    const { id, secrets } = await client('both')
    for (const secret of secrets) {
      for (const clientId of ['both', null]) {
        const check = await checkClientSecret(sql, clientId, secret, 5)
        expect(check).toMatchObject({
          ok: true,
          clientId: 'both',
          identity: { principal: { id }, method: 'client-secret', issuedAt: 5 },
        })
      }
    }
  })

  test('a client secret does not authenticate another client or an unknown client', async () => {
    const { secrets } = await client('mine')
    const other = await client('theirs')
    expect(await reasons('mine', other.secrets[0] ?? '')).toBe('wrong secret')
    expect(await reasons('mine', generateSecret())).toBe('wrong secret')
    expect(await reasons('mine', '')).toBe('wrong secret')
    expect(await reasons(null, generateSecret())).toBe('wrong secret')
    expect(await reasons('nobody', secrets[0] ?? '')).toBe('unknown client')
    expect(await reasons('MINE', secrets[0] ?? '')).toBe('unknown client')
  })

  test('a client secret fails for a client without secrets, also with the empty digest', async () => {
    const { id } = await client('empty')
    await dropAllSecrets(sql, id)
    expect(await checkClientSecret(sql, 'empty', '', 0)).toMatchObject({ ok: false })
  })

  test('a client secret fails for a disabled principal', async () => {
    const { id, secrets } = await client('off')
    await setPrincipalEnabled(sql, id, false)
    expect(await checkClientSecret(sql, 'off', secrets[0] ?? '', 0)).toMatchObject({
      ok: false,
      reason: 'disabled',
    })
    expect(await checkClientSecret(sql, null, secrets[0] ?? '', 0)).toMatchObject({
      ok: false,
      reason: 'disabled',
    })
  })

  test('a secret rotation works without an interruption: a third secret is refused until the old secrets are deleted, and deleted secrets are invalid', async () => {
    const { id, secrets } = await client('rotating')
    const next = generateSecret()
    expect(await insertSecret(sql, id, hashSecret(next))).toBeNull()
    expect(await dropOldSecrets(sql, id)).toBe(true)
    expect(await checkClientSecret(sql, 'rotating', secrets[0] ?? '', 0)).toMatchObject({ ok: false })
    expect(await checkClientSecret(sql, 'rotating', secrets[1] ?? '', 0)).toMatchObject({ ok: true })
    expect(await insertSecret(sql, id, hashSecret(next))).not.toBeNull()
    expect(await dropOldSecrets(sql, id)).toBe(true)
    expect(await checkClientSecret(sql, 'rotating', secrets[1] ?? '', 0)).toMatchObject({ ok: false })
    expect(await checkClientSecret(sql, 'rotating', next, 0)).toMatchObject({ ok: true })
    expect(await dropOldSecrets(sql, id)).toBe(false)
  })
})
