import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function namespaceScenarios(shared: () => TestHeadgate): void {
  describe('headgate namespace', () => {
    it('headgate namespace creates, lists, shows, changes and drops a namespace, also with a name that needs quotes', async () => {
      const { headgate } = shared()
      expect(await headgate(['namespace', 'create', 'ns'])).toMatchObject({ code: 0 })
      expect(await headgate(['namespace', 'create', 'ns.eu', '--property', 'team=blue'])).toMatchObject({
        code: 0,
      })
      const odd = `lakehouse/ns."a/b ""c"". ü"`
      expect((await headgate(['namespace', 'create', odd, '--json'])).json).toMatchObject({
        namespace: ['ns', 'a/b "c". ü'],
      })
      expect((await headgate(['namespace', 'list', 'ns'])).out).toBe(`NAMESPACE\nns."a/b ""c"". ü"\nns.eu\n`)
      const all = await headgate(['namespace', 'list', '-r', '--json'])
      expect(all.json).toMatchObject({ namespaces: expect.arrayContaining([['ns'], ['ns', 'eu']]) })
      expect((await headgate(['namespace', 'list', '-r', '--limit', '2', '--json'])).json).toMatchObject({
        namespaces: { length: 2 },
      })

      expect((await headgate(['namespace', 'show', 'ns.eu'])).out).toMatch(/\nPROPERTY +VALUE\nteam +blue\n/)
      const changed = await headgate([
        'namespace',
        'properties',
        'ns.eu',
        '--set',
        'team=red',
        '--remove',
        'x',
      ])
      expect(changed.out).toMatch(/^set +team\nremoved +-\ndid not exist +x\n$/)
      expect((await headgate(['namespace', 'show', 'ns.eu', '--json'])).json).toMatchObject({
        properties: { team: 'red' },
      })
      expect(await headgate(['namespace', 'properties', 'ns.eu'])).toMatchObject({ code: 2 })

      expect(await headgate(['namespace', 'drop', odd, '--yes'])).toMatchObject({ code: 0 })
      expect(await headgate(['namespace', 'drop', odd, '--yes'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('error:'),
      })
    })

    it('headgate namespace grants, shows and revokes a location', async () => {
      const { headgate, directory } = shared()
      await headgate(['namespace', 'create', 'landing'])
      const place = 's3://lakehouse/incoming'
      const grant = (location: string): ReturnType<typeof headgate> =>
        headgate(['namespace', 'grant-location', 'landing', location])
      expect((await grant(place)).out).toBe(`Tables of landing may use ${place}.\n`)
      expect((await grant(`${place}/`)).out).toBe(`Tables of landing may use ${place}/ (unchanged).\n`)
      const shown = await headgate(['namespace', 'show', 'landing'])
      expect(shown.out).toMatch(/\nGRANTED LOCATION +GRANTED\n/)
      expect(shown.out).toContain(`\n${place}/ `)
      expect((await headgate(['namespace', 'show', 'landing', '--json'])).json).toMatchObject({
        namespace: ['landing'],
        locations: [{ location: `${place}/` }],
      })
      expect(await grant(`file://${directory}/elsewhere`)).toMatchObject({
        code: 1,
        err: expect.stringContaining('is outside the allowed locations of warehouse lakehouse'),
      })
      const revoke = ['namespace', 'revoke-location', 'landing', place]
      expect((await headgate(revoke)).out).toBe(`${place} is not granted to landing.\n`)
      expect((await headgate([...revoke, '--json'])).json).toEqual({ changed: false })
      expect((await headgate(['namespace', 'show', 'landing', '--json'])).json).toMatchObject({
        locations: [],
      })
      await headgate(['namespace', 'drop', 'landing', '--yes'])
    })

    it('headgate namespace refuses to drop a protected namespace, and shows the protection', async () => {
      const { headgate } = shared()
      await headgate(['namespace', 'create', 'guarded'])
      expect((await headgate(['namespace', 'protect', 'guarded', '--json'])).json).toEqual({ changed: true })
      const shown = (await headgate(['namespace', 'details', 'guarded'])).out
      expect(shown).toMatch(/\nprotected +yes\n/)
      expect(shown).toMatch(/\nowner +admin\n/)
      expect(await headgate(['namespace', 'drop', 'guarded', '--yes'])).toMatchObject({ code: 1 })
      expect(await headgate(['namespace', 'unprotect', 'guarded'])).toMatchObject({ code: 0 })
      expect(await headgate(['namespace', 'drop', 'guarded', '--yes'])).toMatchObject({ code: 0 })
    })
  })
}
