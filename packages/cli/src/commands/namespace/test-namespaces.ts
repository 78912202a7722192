import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../../test-headgate.ts'

export function namespacePromises(shared: () => TestHeadgate): void {
  describe('namespace', () => {
    it('create, list, show, properties, drop, with names that need quotes', async () => {
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
      expect(changed.out).toMatch(/^set +team\nremoved +-\nwere not there +x\n$/)
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

    it('protect keeps it from being dropped; details say so', async () => {
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
