import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function credentialScenarios(shared: () => TestHeadgate): void {
  async function load(): Promise<void> {
    const { headgate, url } = shared()
    const token = (await headgate(['token'])).out.trim()
    const send = (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${url}/v1/lakehouse/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-iceberg-access-delegation': 'vended-credentials',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    await send('POST', 'namespaces', { namespace: ['vended'] })
    const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
    await send('POST', 'namespaces/vended/tables', { name: 'orders', schema })
    expect((await send('GET', 'namespaces/vended/tables/orders')).status).toBe(200)
  }

  describe('credentials', () => {
    const ofTable = ['--table', 'vended.orders']

    it('headgate credentials lists who holds which access to which table, revokes the access, and then lists it as revoked', async () => {
      const { headgate } = shared()
      await load()
      const line = /^admin +lakehouse\/vended\.orders +read-write +gateway +active +\d+ (?:min|h|s) +HG\w+$/m
      await expect
        .poll(async () => (await headgate(['credentials', 'list', ...ofTable])).out, { timeout: 5_000 })
        .toMatch(line)
      const listed = await headgate(['credentials', 'list', '--principal', 'admin'])
      expect(listed.err).toMatch(/^Complete for credentials that were issued until 20\d\d-\S+ \S+Z\.\n$/)
      expect(await headgate(['credentials', 'revoke', ...ofTable])).toMatchObject({ code: 2 })
      const revoked = await headgate(['credentials', 'revoke', ...ofTable, '--yes'])
      expect(revoked.out).toMatch(/^Storage access for the table vended\.orders that was issued before /)
      const after = await headgate(['credentials', 'list', ...ofTable])
      expect(after.out).toMatch(/ gateway +revoked +\d+ s +HG/)
      expect((await headgate(['credentials', 'list', ...ofTable, '--json'])).json).toMatchObject({
        access: expect.arrayContaining([expect.objectContaining({ state: 'revoked' })]) as unknown,
        gaps: [],
      })
      for (const scope of [
        ['--principal', 'admin'],
        ['--in', 'lakehouse'],
      ])
        expect(await headgate(['credentials', 'revoke', ...scope, '--yes'])).toMatchObject({ code: 0 })
    })

    it('headgate credentials revoke revokes the access of exactly one principal, engine, table or warehouse', async () => {
      const { headgate } = shared()
      for (const args of [[], ['--principal', 'admin', '--in', 'lakehouse']])
        expect(await headgate(['credentials', 'revoke', ...args, '--yes'])).toMatchObject({ code: 2 })
      const missing = await headgate(['credentials', 'revoke', '--engine', 'admin', '--yes'])
      expect(missing).toMatchObject({ code: 1 })
      expect(missing.err).toContain('headgate engine add admin')
    })
  })
}
