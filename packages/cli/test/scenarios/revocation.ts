import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function revocationScenarios(shared: () => TestHeadgate): void {
  describe('revoke-access', () => {
    it('the command revoke-access revokes the storage access of a warehouse after a confirmation, and warehouse show then contains the time', async () => {
      const { headgate } = shared()
      expect(await headgate(['warehouse', 'revoke-access', 'lakehouse'])).toMatchObject({ code: 2 })
      const revoked = await headgate(['warehouse', 'revoke-access', 'lakehouse', '--yes'])
      expect(revoked.out).toMatch(
        /^Storage access for the warehouse lakehouse that was issued before \S+ \S+Z is revoked\.\n$/,
      )
      expect((await headgate(['warehouse', 'show', 'lakehouse'])).out).toMatch(
        /\n {2}revoked before +20\d\d-/,
      )
    })

    it('the command revoke-access refuses to revoke the storage access of a table that does not exist', async () => {
      const { headgate } = shared()
      expect(await headgate(['table', 'revoke-access', 'no.such', '--yes', '--json'])).toMatchObject({
        code: 1,
      })
      expect(await headgate(['table', 'revoke-access', 'one', '--yes'])).toMatchObject({ code: 2 })
    })
  })

  describe('warehouse check', () => {
    it('headgate warehouse check reports the result of each check of the storage', async () => {
      const { headgate } = shared()
      const good = await headgate(['warehouse', 'check'])
      expect(good).toMatchObject({ code: 0, err: '' })
      expect(good.out).toMatch(/^CHECK +OK +RESULT\nwrite +yes .*\nread +yes .*\nlist +yes .*\ndelete +yes /)
      expect((await headgate(['warehouse', 'check', 'lakehouse', '--json'])).json).toMatchObject({ ok: true })
      const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret-key' }
      const s3 = ['warehouse', 'create', 'away', 's3://bucket/away', '--endpoint', 'http://127.0.0.1:1']
      expect(await headgate([...s3, '--keys-from-env', '--skip-probe'], { env })).toMatchObject({ code: 0 })
      const bad = await headgate(['warehouse', 'check', 'away', '--json'])
      expect(bad).toMatchObject({
        code: 1,
        json: {
          ok: false,
          findings: [
            { name: 'endpoint', ok: false },
            { name: 'from here', ok: false },
          ],
        },
      })
      expect(bad.err).toContain('2 of 2 checks of away failed')
      expect(await headgate(['warehouse', 'delete', 'away', '--yes'])).toMatchObject({ code: 0 })
    })
  })
}
