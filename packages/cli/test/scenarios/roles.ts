import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function roleScenarios(shared: () => TestHeadgate): void {
  describe('headgate role', () => {
    it('headgate role creates a role, adds, lists and removes members, and deletes the role', async () => {
      const { headgate } = shared()
      expect((await headgate(['role', 'create', 'analysts'])).out).toMatch(/^name +analysts\nid/)
      expect((await headgate(['role', 'create', 'writers', '--json'])).json).toMatchObject({
        name: 'writers',
        system: false,
      })
      expect((await headgate(['role', 'add', 'analysts', 'principal:admin'])).out).toBe(
        'principal:admin is a member of analysts.\n',
      )
      expect((await headgate(['role', 'add', 'analysts', 'principal:admin'])).out).toContain('(unchanged)')
      expect((await headgate(['role', 'add', 'analysts', 'role:writers', '--json'])).json).toEqual({
        changed: true,
      })
      const members = await headgate(['role', 'members', 'analysts'])
      expect(members.out).toMatch(/^MEMBER\nprincipal:admin\nrole:writers\n$/)
      expect((await headgate(['role', 'members', 'analysts', '--json'])).json).toMatchObject({
        members: { length: 2 },
      })
      expect((await headgate(['role', 'remove', 'analysts', 'role:writers'])).out).toContain('not a member')
      expect((await headgate(['role', 'list'])).out).toMatch(
        /administrators +the server .*\nanalysts +people/,
      )
      expect((await headgate(['role', 'list', '--name', 'writers', '--json'])).json).toMatchObject({
        roles: { length: 1 },
      })
      expect(await headgate(['role', 'delete', 'writers', '--yes'])).toMatchObject({ code: 0 })
    })

    it('headgate role reports refusals of the server, and refuses a member without its kind', async () => {
      const { headgate } = shared()
      expect(await headgate(['role', 'delete', 'administrators', '--yes'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('is built in'),
      })
      expect(await headgate(['role', 'add', 'analysts', 'admin'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('principal:NAME'),
      })
    })
  })
}
