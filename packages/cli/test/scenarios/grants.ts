import { describe, expect, it } from 'vitest'
import { type TestHeadgate, testIssuer } from '../headgate.ts'

export function grantScenarios(shared: () => TestHeadgate): void {
  describe('headgate grant', () => {
    it('headgate grant grants, lists and revokes privileges on objects by their names', async () => {
      const { headgate } = shared()
      await headgate(['role', 'create', 'readers'])
      await headgate(['namespace', 'create', 'granted'])
      await headgate(['namespace', 'create', 'granted."2026.01"'])
      const on = 'namespace:granted."2026.01"'
      const granted = await headgate(['grant', 'give', 'select', '--on', on, '--to', 'role:readers'])
      expect(granted).toMatchObject({ code: 0, out: `role:readers has select on ${on}.\n` })
      await headgate(['grant', 'give', 'use', '--on', 'warehouse:lakehouse', '--to', 'role:readers'])

      const who = await headgate(['grant', 'who', 'namespace:lakehouse/granted."2026.01"'])
      expect(who.out).toMatch(/\nselect +namespace:lakehouse\/granted\."2026\.01" +role:readers /)
      const listed = await headgate(['grant', 'list', 'role:readers', '--json'])
      expect(listed.json).toMatchObject({ grants: { length: 2 } })
      expect((await headgate(['grant', 'who', 'server'])).out).toMatch(/manage +server +role:administrators/)

      const taken = ['grant', 'take', 'select', '--on', on, '--from', 'role:readers', '--json']
      expect((await headgate(taken)).json).toEqual({ changed: true })
      expect((await headgate(taken)).json).toEqual({ changed: false })
    })

    it('headgate grant grants and revokes several privileges and bundles in one request', async () => {
      const { headgate } = shared()
      await headgate(['role', 'create', 'loaders'])
      await headgate(['namespace', 'create', 'loaded'])
      const held = async (): Promise<readonly string[]> => {
        const { json } = await headgate(['grant', 'list', 'role:loaders', '--json'])
        const { grants } = json as { grants: { privilege: string }[] }
        return grants.map(({ privilege }) => privilege).toSorted()
      }
      const to = ['--on', 'namespace:loaded', '--to', 'role:loaders']
      const from = ['--on', 'namespace:loaded', '--from', 'role:loaders']
      const granted = await headgate(['grant', 'give', 'modify', 'create', ...to])
      expect(granted).toMatchObject({
        code: 0,
        out: 'role:loaders has modify, create on namespace:loaded.\n',
      })
      expect(await held()).toEqual(['create', 'modify'])
      expect((await headgate(['grant', 'take', 'writer', ...from, '--json'])).json).toEqual({ changed: true })
      expect(await held()).toEqual([])
      for (const [bundle, privileges] of [
        ['writer', ['create', 'modify']],
        ['reader', ['select']],
        ['owner', ['manage']],
      ] as const) {
        expect(await headgate(['grant', 'give', bundle, ...to])).toMatchObject({ code: 0 })
        expect(await held()).toEqual(privileges)
        await headgate(['grant', 'take', bundle, ...from])
      }
      const onTable = ['--on', 'table:lakehouse/loaded.none', '--to', 'role:loaders']
      // On a table, the bundle `writer` contains no privilege `create`. The error is therefore that the table does not
      // exist, and not that `create` does not apply to a table.
      expect(await headgate(['grant', 'give', 'writer', ...onTable])).toMatchObject({
        err: expect.stringContaining('no relation'),
      })
      expect(await headgate(['grant', 'give', 'create', ...onTable])).toMatchObject({
        err: expect.stringContaining('does not apply to a table'),
      })
    })

    it('headgate grant creates the group of an issuer when it grants a privilege to it', async () => {
      const { headgate } = shared()
      const group = `group:${testIssuer}#data team`
      const granted = ['grant', 'give', 'select', '--on', 'warehouse:lakehouse', '--to', group]
      expect(await headgate(granted)).toMatchObject({ code: 0 })
      expect((await headgate(['grant', 'list', group])).out).toContain(group)
      expect((await headgate(['group', 'list'])).out).toMatch(/group:\S+#data team +0 /)
      const other = await headgate(['group', 'list', '--issuer', 'https://other.example', '--json'])
      expect(other.json).toMatchObject({ groups: [] })
      await headgate(['role', 'create', 'joined'])
      expect(await headgate(['role', 'add', 'joined', group])).toMatchObject({ code: 0 })
      expect((await headgate(['role', 'members', 'joined'])).out).toContain(group)
    })

    it('headgate grant lists the grants of the principal of the credential by default', async () => {
      const { headgate } = shared()
      const { json } = await headgate(['principal', 'create', 'granted', '--json'])
      const { secret } = json as { secret: { clientId: string; clientSecret: string } }
      await headgate(['grant', 'give', 'create', '--on', 'warehouse:lakehouse', '--to', 'principal:granted'])
      const env = { HEADGATE_CREDENTIAL: `granted:${secret.clientSecret}` }
      expect((await headgate(['grant', 'list'], { env })).out).toMatch(
        /create +warehouse:lakehouse +principal:granted/,
      )
    })

    it('headgate grant refuses invalid names before it sends a request', async () => {
      const env = { HEADGATE_URL: 'http://127.0.0.1:1' }
      const { headgate } = shared()
      const give = (...rest: string[]): ReturnType<typeof headgate> =>
        headgate(['grant', 'give', ...rest], { env })
      expect(await give('own', '--on', 'server', '--to', 'role:a')).toMatchObject({ code: 2 })
      expect(await give('use', '--to', 'role:a')).toMatchObject({
        code: 2,
        err: expect.stringContaining('--on'),
      })
      expect(await give('use', '--on', 'lakehouse', '--to', 'role:a')).toMatchObject({ code: 2 })
      expect(await give('use', '--on', 'table:orders', '--to', 'role:a')).toMatchObject({
        code: 2,
        err: expect.stringContaining('namespace'),
      })
    })
  })
}
