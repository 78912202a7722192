import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TestHeadgate, testIssuer } from '../headgate.ts'

export function engineScenarios(shared: () => TestHeadgate): void {
  describe('headgate engine', () => {
    it('headgate engine adds, shows, changes, lists and removes an engine', async () => {
      const { headgate } = shared()
      await headgate(['principal', 'create', 'trino'])
      const added = await headgate(['engine', 'add', 'trino'])
      expect(added.out).toMatch(
        /^name +trino\n[\s\S]*acts for +no user\n[\s\S]*without a user +config-only\n/,
      )
      expect(added.err).toContain('The engine cannot act for users yet')
      const rule = `${testIssuer} *@corp.example analysts admins`
      const far =
        '--only-warehouse lakehouse --only-privilege select --refreshes no --access-life 10m --session-life 12h'
      const near = `--unsigned-subjects --names-issuer ${testIssuer} --first-calls deny`
      const rules = ['--subject', rule, '--subject', 'headgate']
      const set = await headgate(['engine', 'set', 'trino', ...rules, ...near.split(' '), ...far.split(' ')])
      expect(set.out).toMatch(
        /acts for +\*@corp.example of https:\/\/idp.example\/realms\/a in analysts or admins\n/,
      )
      expect((await headgate(['engine', 'show', 'trino', '--json'])).json).toMatchObject({
        subjects: [
          { issuer: testIssuer, pattern: '*@corp.example', groups: ['analysts', 'admins'] },
          { issuer: 'headgate', pattern: '*', groups: [] },
        ],
        unsignedSubjects: true,
        firstCalls: 'deny',
        warehouses: ['lakehouse'],
        privileges: ['select'],
        refreshes: false,
        tokenSeconds: 600,
        sessionSeconds: 43_200,
      })
      const open = ['--only-warehouse', 'all', '--only-privilege', 'all', '--subject', 'none']
      expect((await headgate(['engine', 'set', 'trino', ...open, '--json'])).json).toMatchObject({
        warehouses: null,
        privileges: null,
        subjects: [],
        unsignedSubjects: true,
      })
      expect((await headgate(['engine', 'list'])).out).toMatch(/\ntrino +deny +no user +all +yes$/m)
      expect((await headgate(['engine', 'remove', 'trino', '--yes'])).out).toBe(
        'trino is no longer an engine.\n',
      )
      expect(await headgate(['engine', 'show', 'trino'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('headgate engine add trino'),
      })
    })

    it('headgate engine refuses options that contradict each other or are not valid', async () => {
      const { headgate } = shared()
      expect(await headgate(['engine', 'add', 'trino', '--assertions'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('--names-issuer'),
      })
      const mistyped = await headgate(['engine', 'add', 'trino', '--subject', `${testIssuer}/ *`])
      expect(mistyped).toMatchObject({
        code: 1,
        err: expect.stringContaining(`Configured issuers, which must match exactly: ${testIssuer}.`),
      })
      for (const wrong of [['--first-calls', 'all'], ['--refreshes=maybe'], ['--access-life', 'soon'], []])
        expect((await headgate(['engine', 'set', 'trino', ...wrong])).code).toBe(2)
    })
  })

  describe('headgate principal', () => {
    it('headgate principal adds a public key to a principal from a file, lists it and removes it', async () => {
      const { headgate, directory } = shared()
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const [file, secret] = [join(directory, 'key.jwk'), join(directory, 'private.jwk')]
      await writeFile(file, JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'k-1' }))
      await writeFile(secret, JSON.stringify(privateKey.export({ format: 'jwk' })))
      expect((await headgate(['principal', 'key', 'add', 'trino', file])).out).toMatch(/key +k-1\n/)
      const refused = await headgate(['principal', 'key', 'add', 'trino', secret])
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('private key') })
      expect((await headgate(['principal', 'key', 'list', 'trino'])).out).toMatch(/\nk-1 +ES256 /)
      expect(await headgate(['principal', 'key', 'remove', 'trino', 'k-1', '--yes'])).toMatchObject({
        code: 0,
      })
      expect((await headgate(['principal', 'key', 'list', 'trino', '--json'])).json).toEqual({ keys: [] })
      expect(await headgate(['principal', 'key', 'add', 'trino', join(directory, 'nowhere')])).toMatchObject({
        code: 2,
      })
    })

    it('headgate principal adds a federation (a name at another issuer) to a principal, lists it and removes it', async () => {
      const { headgate } = shared()
      const name = ['trino', 'https://kubernetes.example', 'system:serviceaccount:a:trino']
      expect(await headgate(['principal', 'federation', 'add', ...name])).toMatchObject({ code: 0 })
      expect((await headgate(['principal', 'federation', 'list', 'trino'])).out).toMatch(
        /\nhttps:\/\/kubernetes.example +system:serviceaccount:a:trino /,
      )
      expect(await headgate(['principal', 'federation', 'remove', ...name, '--yes'])).toMatchObject({
        code: 0,
      })
      expect(await headgate(['principal', 'federation', 'remove', ...name, '--yes'])).toMatchObject({
        code: 1,
      })
    })
  })
}
