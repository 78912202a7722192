import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TestHeadgate } from '../headgate.ts'

const placeIn = (server: TestHeadgate): string => join(server.directory, 'data/warehouses/second')

export function warehouseScenarios(shared: () => TestHeadgate): void {
  describe('headgate warehouse', () => {
    it('headgate warehouse validates a location and creates a warehouse there', async () => {
      const { headgate } = shared()
      expect(await headgate(['warehouse', 'validate', '--location', placeIn(shared())])).toMatchObject({
        code: 0,
        out: expect.stringContaining('The storage is valid'),
      })
      const made = await headgate([
        'warehouse',
        'create',
        'second',
        placeIn(shared()),
        '--retention',
        '3d',
        '--default',
        'a=b=c',
      ])
      expect(made.err).toBe('')
      expect(made.out).toMatch(/retention +3 d\n/)
      expect(made.out).toMatch(/\nDEFAULT FOR CLIENTS +VALUE\na +b=c\n/)
      expect((await headgate(['warehouse', 'validate', 'second', '--json'])).json).toEqual({})
      expect((await headgate(['warehouse', 'list'])).out).toMatch(
        /lakehouse +managed +file:\/\/\S+\/data\/warehouse +gateway +no\nsecond +managed +file:\/\/\S+\/second +none +no/,
      )
    })

    it('headgate warehouse sets the mode of new files in a directory with --file-mode, which is 0600 by default', async () => {
      const { headgate } = shared()
      const place = join(shared().directory, 'data/warehouses/read by a group')
      const made = await headgate(['warehouse', 'create', 'grouped', place, '--file-mode', '0640'])
      expect(made.err).not.toContain('error')
      expect(made.out).toMatch(/\n {2}fileMode +0640\n/)
      expect((await stat(place)).mode & 0o777).toBe(0o750)
      expect((await stat(placeIn(shared()))).mode & 0o777).toBe(0o700)
      const changed = await headgate(['warehouse', 'update', 'grouped', '--file-mode', '0660', '--json'])
      expect(changed.json).toMatchObject({ storage: { type: 'file', fileMode: '0660' } })
      expect(await headgate(['warehouse', 'update', 'grouped', '--file-mode', '777'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('must be a mode like 0600, 0640, 0660 or 0644'),
      })
      const s3 = ['warehouse', 'create', 'x', 's3://bucket/x', '--default-chain', '--file-mode', '0640']
      expect(await headgate(s3)).toMatchObject({ code: 2, err: expect.stringContaining('--file-mode') })
    })

    it('headgate warehouse uses a directory whose name contains a space, a percent sign or letters outside ASCII', async () => {
      const { headgate } = shared()
      const place = join(shared().directory, 'data/warehouses/käse 100% fresh')
      const made = await headgate(['warehouse', 'create', 'spaced', place, '--json'])
      expect(made.json).toMatchObject({ storage: { root: `file://${place}` } })
      expect((await stat(place)).isDirectory()).toBe(true)
      const allowed = join(shared().directory, 'data/warehouses/one more')
      const more = await headgate(['warehouse', 'update', 'spaced', '--allow', allowed, '--json'])
      expect(more.json).toMatchObject({ allowedLocations: [`file://${allowed}`] })
      const less = await headgate(['warehouse', 'update', 'spaced', '--disallow', allowed, '--json'])
      expect(less.json).toMatchObject({ allowedLocations: [] })
    })

    it('headgate warehouse shows the name of the owner of the warehouse', async () => {
      const { headgate } = shared()
      expect((await headgate(['warehouse', 'show', 'second'])).out).toMatch(/\nowner +admin\n/)
      expect((await headgate(['warehouse', 'show', 'lakehouse'])).out).toMatch(/\nowner +server\n/)
    })

    it('headgate warehouse replaces member names by command-line options in refusals of the server', async () => {
      const { headgate } = shared()
      const create = ['warehouse', 'create', 'refused', 's3://bucket/refused', '--skip-probe']
      const chain = [...create, '--default-chain', '--region', 'eu-central-1']
      const refused = async (...args: string[]): Promise<string> => {
        const { code, err } = await headgate(args)
        expect(code).toBe(1)
        return err
      }
      expect(await refused(...chain, '--vending', 'none', '--vend-when-not-asked')).toContain(
        '--vend-when-not-asked is not allowed with these options',
      )
      expect(await refused(...create, '--region', 'eu-central-1')).toContain(
        'needs --keys-file or --keys-from-env, or --default-chain',
      )
      expect(await refused(...create, '--default-chain')).toContain('--region is missing')
      expect(await refused(...chain, '--vending', 'sts', '--role-arn', 'x')).toContain(
        '--role-arn: must be an ARN',
      )
      expect(await refused(...chain, '--vending', 'sts', '--kms-key', 'x')).toContain(
        '--kms-key: must be an ARN',
      )
      const validate = ['warehouse', 'validate', '--location', 's3://bucket/refused', '--default-chain']
      expect(await refused(...validate, '--endpoint', 'ftp://x')).toContain('--endpoint: must be an http')
      expect(await refused('warehouse', 'update', 'second', '--default-chain')).not.toContain('body.')
    })

    it('headgate warehouse update changes only the settings whose options are set', async () => {
      const { headgate } = shared()
      const args = ['--default', 'x=1', '--remove-default', 'a', '--override', 'o=1', '--json']
      expect((await headgate(['warehouse', 'update', 'second', ...args])).json).toMatchObject({
        defaults: { x: '1' },
        overrides: { o: '1' },
        retentionSeconds: 259_200,
      })
      const later = await headgate(['warehouse', 'update', 'second', '--retention', '0', '--json'])
      expect(later.json).toMatchObject({ defaults: { x: '1' }, overrides: { o: '1' }, retentionSeconds: 0 })
      expect(await headgate(['warehouse', 'update', 'second'])).toMatchObject({ code: 2 })
      expect((await headgate(['warehouse', 'show', '--warehouse', 'second'])).out).toMatch(/retention +0 s/)
    })

    it('headgate warehouse shows the vending settings, and refuses invalid vending settings', async () => {
      const { headgate } = shared()
      expect((await headgate(['warehouse', 'show', 'second'])).out).toMatch(/\nvending +none\n/)
      const gateway = await headgate(['warehouse', 'update', 'second', '--vending', 'gateway'])
      expect(gateway).toMatchObject({ code: 1, err: expect.stringContaining('needs a bucket name') })
      const s3 = ['warehouse', 'create', 'vended', 's3://bucket/vended', '--skip-probe', '--keys-from-env']
      const at = ['--endpoint', 'http://127.0.0.1:1']
      const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret-key' }
      expect(await headgate([...s3, ...at, '--role-arn', 'arn:aws:iam::1:role/a'], { env })).toMatchObject({
        code: 2,
        err: expect.stringContaining('Add --vending MODE'),
      })
      expect(await headgate([...s3, ...at, '--vending', 'static'], { env })).toMatchObject({
        code: 2,
        err: expect.stringContaining('--long-lived-keys-may-leave-the-server'),
      })
      const sts = ['--vending', 'sts', '--role-arn', 'arn:aws:iam::1:role/a', '--vend-lifetime', '2h']
      const made = await headgate([...s3, ...at, ...sts], { env })
      expect(made.err).not.toContain('error')
      expect(made.out).toMatch(
        /\nvending +sts\n {2}roleArn +arn:aws:iam::1:role\/a\n {2}lifetimeSeconds +7200\n/,
      )
      const changed = await headgate(['warehouse', 'update', 'vended', '--vend-when-not-asked', '--json'])
      expect(changed.json).toMatchObject({
        vending: { mode: 'sts', roleArn: 'arn:aws:iam::1:role/a', lifetimeSeconds: 7200, whenNotAsked: true },
      })
      const omit = ['--omit-endpoint-for', 'ClickHouse*', '--omit-endpoint-for', 'chdb*']
      const omitted = await headgate(['warehouse', 'update', 'vended', ...omit, '--json'])
      expect(omitted.json).toMatchObject({
        vending: { mode: 'sts', whenNotAsked: true, omitEndpointFor: ['ClickHouse*', 'chdb*'] },
      })
      const none = await headgate(['warehouse', 'update', 'vended', '--no-omit-endpoint-for', '--json'])
      expect(none.json).toMatchObject({ vending: { mode: 'sts', omitEndpointFor: [] } })
      const replaced = await headgate([
        'warehouse',
        'update',
        'vended',
        '--vending',
        'remote-signing',
        '--json',
      ])
      expect(replaced.json).toMatchObject({ vending: { mode: 'remote-signing' } })
      const inStore = await headgate(['warehouse', 'update', 'vended', '--store', 'main', '--json'])
      expect(inStore.json).toMatchObject({ storage: { store: 'main' }, vending: { mode: 'remote-signing' } })
      expect(
        await headgate(['warehouse', 'update', 'vended', '--store', 'x', '--retention', '0']),
      ).toMatchObject({
        code: 1,
        err: expect.stringContaining('A request that changes the store name must contain no other change'),
      })
      const unnamed = await headgate(['warehouse', 'update', 'vended', '--no-store', '--json'])
      expect(unnamed.json).not.toHaveProperty('storage.store')
      const users = ['--vending', 'sts', '--sts-identity', 'user-token', '--sts-audience', 'store']
      const claims = ['--sts-claim', 'policy=readwrite', '--sts-claim', 'tenant=a=b']
      const named = await headgate(['warehouse', 'update', 'vended', ...users, ...claims])
      expect(named.err).toBe('')
      expect(named.out).toMatch(
        /\n {2}identity +user-token\n {2}tokenClaims +policy=readwrite, tenant=a=b\n {2}tokenAudience +store\n/,
      )
      expect(
        await headgate(['warehouse', 'update', 'vended', '--sts-identity', 'server-token']),
      ).toMatchObject({
        code: 1,
      })
      const servers = ['--vending', 'sts', '--sts-identity', 'server-token']
      expect(await headgate(['warehouse', 'update', 'vended', ...servers])).toMatchObject({
        code: 1,
        err: expect.stringContaining('HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE'),
      })
      expect(await headgate(['warehouse', 'delete', 'vended', '--yes'])).toMatchObject({ code: 0 })
    })

    it('headgate warehouse refuses to delete a protected warehouse until the protection is removed', async () => {
      const { headgate } = shared()
      expect((await headgate(['warehouse', 'protect', 'second'])).out).toBe(
        'The warehouse second is protected.\n',
      )
      expect(await headgate(['warehouse', 'delete', 'second', '--yes'])).toMatchObject({ code: 1 })
      expect((await headgate(['warehouse', 'unprotect', 'second', '--json'])).json).toEqual({ changed: true })
      expect(await headgate(['warehouse', 'delete', 'second', '--yes'])).toMatchObject({ code: 0 })
      expect(await headgate(['warehouse', 'show', 'second'])).toMatchObject({ code: 1 })
    })

    it('headgate warehouse reads storage keys from a file or the environment, and does not print them', async () => {
      const { headgate } = shared()
      const s3 = ['warehouse', 'validate', '--location', 's3://bucket/a', '--endpoint', 'http://127.0.0.1:1']
      const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret-key' }
      const refused = await headgate([...s3, '--keys-from-env'], { env })
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('writing failed') })
      expect(refused.err).not.toContain('secret-key')
      expect(await headgate([...s3, '--keys-from-env'])).toMatchObject({ code: 2 })
      expect(await headgate([...s3, '--keys-file', 'absent'])).toMatchObject({ code: 2 })
      expect(await headgate([...s3, '--keys-from-env', '--default-chain'])).toMatchObject({ code: 2 })
      expect(await headgate(['warehouse', 'create', 'x', 'ftp://host/a'])).toMatchObject({ code: 2 })
    })
  })
}
