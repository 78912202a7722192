import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunResult, TestHeadgate } from '../headgate.ts'

export function profileScenarios(shared: () => TestHeadgate): void {
  describe('profile', () => {
    /**
     * Runs a command that uses a separate folder of profiles, without the environment variables of the server under
     * test.
     */
    function headgate(
      args: readonly string[],
      env: Readonly<Record<string, string | undefined>> = {},
    ): Promise<RunResult> {
      const none = { HEADGATE_URL: undefined, HEADGATE_DATA_DIR: undefined }
      return shared().headgate(args, { env: { ...none, HEADGATE_CONFIG_DIR: 'profiles', ...env } })
    }

    const settings = async (
      args: readonly string[],
      env?: Readonly<Record<string, string>>,
    ): Promise<Record<string, unknown>> =>
      (await headgate(['config', 'show', '--json', ...args], env)).json as Record<string, unknown>

    const credentialFile = (): string => join(shared().directory, 'data/admin-credential')

    it('profile set stores a server with its credential file, and --profile selects it', async () => {
      const { url } = shared()
      const set = ['profile', 'set', 'own', '--url', `${url}/`, '--credential-file', 'data/admin-credential']
      const made = await headgate([...set, '--warehouse', 'gold', '--json'])
      expect(made.json).toEqual({
        name: 'own',
        url,
        warehouse: 'gold',
        login: null,
        credentialFile: credentialFile(),
      })
      expect(made.err).toBe('')
      expect(await headgate(['role', 'list', '--profile', 'own'])).toMatchObject({ code: 0 })
      const file = join(shared().directory, 'profiles/profiles.json')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const secret = (await readFile(credentialFile(), 'utf8')).trim().split(':')[1] ?? ''
      expect(await readFile(file, 'utf8')).not.toContain(secret)
    })

    it('profile set changes only the values of its options, and refuses another server for the same credential', async () => {
      await headgate(['profile', 'set', 'own', '--warehouse', 'silver'])
      expect(await settings(['--profile', 'own'])).toMatchObject({
        url: { value: shared().url },
        warehouse: { value: 'silver', source: 'profile own' },
      })
      const moved = await headgate(['profile', 'set', 'own', '--url', 'https://other.example'])
      expect(moved).toMatchObject({ code: 2, err: expect.stringContaining(`is for ${shared().url}.`) })
    })

    it('profile set refuses a file without a credential, and invalid names', async () => {
      await writeFile(join(shared().directory, 'no-credential'), 'nothing')
      const set = ['profile', 'set', 'x', '--credential-file', 'no-credential']
      expect(await headgate(set)).toMatchObject({ code: 2, err: expect.stringContaining('CLIENT_ID') })
      for (const name of ['../x', '__proto__', 'constructor/x'])
        expect(await headgate(['profile', 'set', name])).toMatchObject({ code: 2 })
    })

    it('options of the command line take precedence over --profile, --profile over variables, and variables over other profiles', async () => {
      const env = { HEADGATE_URL: 'http://127.0.0.1:1', HEADGATE_CREDENTIAL: 'a:b', HEADGATE_PROFILE: 'own' }
      expect(await settings(['--profile', 'own'], env)).toMatchObject({
        profile: 'own',
        url: { value: shared().url, source: 'profile own' },
        credential: { clientId: 'admin', source: `${credentialFile()} (profile own)` },
      })
      expect(await settings([], env)).toMatchObject({
        profile: 'own',
        url: { value: 'http://127.0.0.1:1', source: 'HEADGATE_URL' },
        warehouse: { value: 'silver', source: 'profile own' },
        credential: { clientId: 'a', source: 'HEADGATE_CREDENTIAL' },
      })
      const options = ['--profile', 'own', '--url', 'http://127.0.0.1:2', '--warehouse', 'bronze']
      expect(await settings(options)).toMatchObject({
        url: { value: 'http://127.0.0.1:2', source: '--url' },
        warehouse: { value: 'bronze', source: '--warehouse' },
      })
    })

    it('commands use the credential and the login of a profile only for the server of the profile', async () => {
      const elsewhere = ['--profile', 'own', '--url', 'https://other.example']
      expect(await settings(elsewhere)).toMatchObject({ credential: { clientId: null, source: 'not set' } })
      await headgate(['profile', 'set', 'user', '--url', 'https://own.example', '--login', 'someone'])
      expect(await settings(['--profile', 'user'])).toMatchObject({ login: 'someone' })
      expect(await settings(['--profile', 'user', '--url', 'https://other.example'])).toMatchObject({
        login: null,
      })
    })

    it('profile use sets the default profile, profile list shows it, and profile remove deletes it', async () => {
      expect(await headgate(['profile', 'use', 'own'])).toMatchObject({ code: 0 })
      expect(await headgate(['role', 'list'])).toMatchObject({ code: 0 })
      expect((await headgate(['profile', 'list'])).out).toMatch(/^\* +own +http/m)
      expect((await headgate(['profile', 'list', '--json'])).json).toMatchObject({
        profiles: [
          { name: 'own', current: true },
          { name: 'user', current: false, login: 'someone' },
        ],
      })
      expect(await headgate(['profile', 'remove', 'own'])).toMatchObject({ code: 2 })
      expect(await headgate(['profile', 'remove', 'own', '--yes'])).toMatchObject({ code: 0 })
      expect(await settings([])).toMatchObject({ profile: null, url: { source: 'default' } })
    })

    it('profile use --none removes the default profile, and profile commands work if the selected profile does not exist', async () => {
      await headgate(['profile', 'use', 'user'])
      expect((await headgate(['profile', 'use', '--none', '--json'])).json).toEqual({ current: null })
      const env = { HEADGATE_PROFILE: 'gone' }
      const refused = await headgate(['role', 'list'], env)
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('headgate profile list') })
      expect(await headgate(['profile', 'list'], env)).toMatchObject({ code: 0 })
      expect(await headgate(['profile', 'use'], env)).toMatchObject({ code: 2 })
    })

    it('commands report the path of a damaged profile file', async () => {
      await writeFile(join(shared().directory, 'profiles/profiles.json'), '{}')
      expect(await headgate(['role', 'list'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('profiles.json does not contain profiles'),
      })
    })
  })
}
