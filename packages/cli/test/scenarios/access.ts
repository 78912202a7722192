import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

export function accessScenarios(shared: () => TestHeadgate): void {
  describe('whoami, explain, access', () => {
    it('the commands whoami, explain and access show the caller, the reason of a decision, and the principals with a privilege', async () => {
      const { headgate } = shared()
      const { json } = await headgate(['principal', 'create', 'explained', '--json'])
      const { secret } = json as { secret: { clientSecret: string } }
      const env = { HEADGATE_CREDENTIAL: `explained:${secret.clientSecret}` }
      await headgate(['role', 'create', 'explainers'])
      await headgate(['role', 'add', 'explainers', 'principal:explained'])
      await headgate(['namespace', 'create', 'explained'])
      await headgate(['namespace', 'create', 'explained.eu'])
      await headgate(['grant', 'give', 'select', '--on', 'namespace:explained', '--to', 'role:explainers'])

      const me = await headgate(['whoami'], { env })
      expect(me.out).toMatch(/principal +explained\n/)
      expect(me.out).toMatch(/proven by +session-token, from client-secret\n/)
      expect(me.out).toMatch(/roles +explainers\n/)

      const own = await headgate(['explain', 'select', 'namespace:explained.eu'], { env })
      expect(own.code).toBe(0)
      expect(own.out).toContain('explained may select on namespace:explained.eu\n')
      expect(own.out).toMatch(/because +role:explainers was granted select on the namespace explained at /)
      expect(own.out).toMatch(/\nnamespace explained +admin +select +role:explainers +explainers +\d/)

      const other = await headgate(['explain', 'modify', 'namespace:explained', '--as', 'explained'])
      expect(other.out).toContain('explained may not modify on namespace:explained\n')
      expect(other.out).toMatch(/could grant it +principal:admin \(manages explained\), role:administrators/)
      expect(await headgate(['explain', 'use', 'namespace:nowhere'], { env })).toMatchObject({ code: 1 })
      expect(await headgate(['explain', 'own', 'server'])).toMatchObject({ code: 2 })

      await headgate(['namespace', 'create', 'unexplained'])
      expect(await headgate(['namespace', 'show', 'unexplained'], { env })).toMatchObject({ code: 1 })
      const denied = [
        'audit',
        '--principal',
        'explained',
        '--outcome',
        'denied',
        '--object',
        'lakehouse:unexpl',
      ]
      await expect.poll(async () => (await headgate(denied)).out, { timeout: 5_000 }).toContain('unexplained')
      const [, event = ''] = /^ *(\d+)  20\d\d/m.exec((await headgate(denied)).out) ?? []
      const give = ['grant', 'give', 'manage', '--on', 'namespace:unexplained', '--to', 'principal:explained']
      await headgate(give)
      const then = await headgate(['explain', '--event', event])
      expect(then.out).toMatch(/^Then, 20/)
      expect(then.out).toMatch(/\noutcome +denied\n/)
      expect(then.out).toMatch(/\nNow\nexplained may use on namespace:lakehouse\/unexplained\n/)
      expect(then.out).toMatch(
        /\nChanged in between\nAT .*\n20.* admin +grantPrivilege +lakehouse:unexplained$/m,
      )
      expect(await headgate(['explain', '--event', event, '--as', 'explained'])).toMatchObject({ code: 2 })
      expect(await headgate(['explain', 'select'])).toMatchObject({ code: 2 })

      const checked = await headgate(
        ['access', 'check', 'select', 'namespace:explained', 'warehouse:lakehouse'],
        { env },
      )
      expect(checked).toMatchObject({
        code: 1,
        err: expect.stringContaining('1 of the 2 requested privileges are not granted') as string,
      })
      expect(checked.out).toMatch(
        /namespace:explained +yes +-\nwarehouse:lakehouse +NO +the privilege is missing/,
      )
      expect(await headgate(['access', 'check', 'use', 'namespace:explained', '--json'])).toMatchObject({
        code: 0,
        json: { results: [{ allowed: true }] },
      })
      const can = await headgate(['access', 'who-can', 'select', 'namespace:explained'])
      expect(can.out).toMatch(/\nadmin .*\nexplained /)
    })
  })
}
