import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../../test-headgate.ts'

export function rolePromises(shared: () => TestHeadgate): void {
  describe('role', () => {
    it('create, add, members, remove, delete', async () => {
      const { headgate } = shared()
      expect((await headgate(['role', 'create', 'analysts'])).out).toMatch(/^name +analysts\nid/)
      expect((await headgate(['role', 'create', 'writers', '--json'])).json).toMatchObject({
        name: 'writers',
        system: false,
      })
      expect((await headgate(['role', 'add', 'analysts', 'principal:admin'])).out).toBe(
        'principal:admin is a member of analysts.\n',
      )
      expect((await headgate(['role', 'add', 'analysts', 'principal:admin'])).out).toContain('as before')
      expect((await headgate(['role', 'add', 'analysts', 'role:writers', '--json'])).json).toEqual({
        changed: true,
      })
      const members = await headgate(['role', 'members', 'analysts'])
      expect(members.out).toMatch(/^MEMBER +ID\nprincipal:admin +\S+\nrole:writers +\S+\n$/)
      expect((await headgate(['role', 'members', 'analysts', '--json'])).json).toMatchObject({
        members: { length: 2 },
      })
      expect((await headgate(['role', 'remove', 'analysts', 'role:writers'])).out).toContain('no member')
      expect((await headgate(['role', 'list'])).out).toMatch(
        /administrators +the server .*\nanalysts +people/,
      )
      expect((await headgate(['role', 'list', '--name', 'writers', '--json'])).json).toMatchObject({
        roles: { length: 1 },
      })
      expect(await headgate(['role', 'delete', 'writers', '--yes'])).toMatchObject({ code: 0 })
    })

    it('says what the server refuses, and takes members only with their kind', async () => {
      const { headgate } = shared()
      expect(await headgate(['role', 'delete', 'administrators', '--yes'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('belongs to the server'),
      })
      expect(await headgate(['role', 'add', 'analysts', 'admin'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('principal:NAME'),
      })
    })
  })
}
