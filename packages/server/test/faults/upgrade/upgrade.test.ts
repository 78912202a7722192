import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Json, stringify } from '@headgate/json'
import { Client as Database } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toCreation, objectAt, setProperties, textAt } from '../../iceberg/tables.ts'
import { grantTypes } from '../../../src/oauth/token-types.ts'
import { migrations } from '../../../src/store/migrations/index.ts'
import type { TimedResponse } from '../send.ts'
import { type Client, clientWith, toPath, requestToken } from './client.ts'
import { dataSets } from './data-sets.ts'
import { checkAll, readLoaded, requireSuccess } from './make-content.ts'
import { startUpgraded, type UpgradedServer } from './upgraded-server.ts'

describe.each(dataSets)('the data of version $version', ({ version, unchecked }) => {
  let server: UpgradedServer
  let admin: Client
  let alice: Client
  let mallory: Client

  beforeAll(async () => {
    server = await startUpgraded(version, 'now')
    ;[admin, alice, mallory] = [
      await server.client('admin'),
      await server.client('alice'),
      await server.client('mallory'),
    ]
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const sales = (table: string): string => toPath('lakehouse', ['sales'], 'tables', table)
  const change = (key: string): Json => ({ requirements: [], updates: [setProperties({ [key]: 'after' })] })

  async function ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new Database({ connectionString: server.databaseUrl })
    await client.connect()
    try {
      return (await client.query<Row>(text, [...values])).rows
    } finally {
      await client.end()
    }
  }

  describe('a data set of an older version', () => {
    test('the server applies all migrations to a database of an older version at its start', async () => {
      const before = server.fixture.rows['schema_migration']?.length ?? 0
      expect(before).toBeGreaterThan(0)
      expect(before).toBeLessThanOrEqual(migrations.length)
      const [row] = await ask('select count(*)::int as steps, max(version) as last from schema_migration')
      expect(row).toEqual({ steps: migrations.length, last: migrations.length })
    })

    test('loads of every table and view return the same responses as in the older version, also at overlapping locations', async () => {
      for (const [path, before] of Object.entries(server.fixture.loads)) {
        const response = await admin.send('GET', path)
        expect(response.status, path).toBe(200)
        expect(JSON.parse(stringify(readLoaded(response))), path).toEqual(before)
      }
    })

    test('access checks return the same decisions as in the older version, also through the engine', async () => {
      expect(await checkAll(requireSuccess(admin))).toBe(server.fixture.checks)
    })

    test('the upgrade grants administer-storage on each warehouse to the owner of the warehouse and to no other principal', async () => {
      const rows = await ask(
        `select w.name as warehouse, p.subject as "to" from grant_entry g
       join warehouse w on w.id = g.securable_id join principal p on p.id = g.grantee_id
       where g.privilege = 'administer-storage' order by 1, 2`,
      )
      expect(rows).toEqual([
        { warehouse: 'lakehouse', to: 'admin' },
        { warehouse: 'other', to: 'alice' },
      ])
      const change = { vending: { mode: 'none' } }
      expect((await alice.send('PATCH', '/management/v1/warehouses/other', change)).status).toBe(200)
      const manager = await server.client('m-manage')
      expect((await manager.send('PATCH', '/management/v1/warehouses/lakehouse', change)).status).toBe(403)
    })

    test('the server records the metadata digests of all live and dropped tables and views after the upgrade', async () => {
      const missing = `select name, metadata_location from relation where metadata_digest is null
      or digest_location is distinct from metadata_location`
      await expect.poll(() => ask(missing), { timeout: 20_000 }).toEqual([])
    })

    test('the server returns the stored response to a repeated commit that the older version acknowledged', async () => {
      const { path, key, body, location } = server.fixture.idempotent
      const response = await alice.send('POST', path, body, { 'idempotency-key': key })
      expect(response).toMatchObject({ status: 200, json: { 'metadata-location': location } })
    })

    test('after the upgrade, the server accepts commits to tables with metadata in rows and in storage, and records the new digests', async () => {
      for (const name of ['small', 'large', 'third', 'over', 'finished']) {
        const response = await alice.send('POST', sales(name), change('committed'))
        expect(response, name).toMatchObject({
          status: 200,
          json: { metadata: { properties: { committed: 'after' } } },
        })
        const location = textAt(response.json, 'metadata-location')
        expect(readLoaded(await alice.send('GET', sales(name)))).toEqual(readLoaded(response))
        const rows = await ask(
          'select length(metadata_digest) as bytes from relation where digest_location = $1',
          [location],
        )
        expect(rows, name).toEqual([{ bytes: 32 }])
      }
    })

    test.runIf(unchecked)(
      'tables whose names have become invalid can be renamed after the upgrade',
      async () => {
        const odd = ['zero\u200bwidth', 'bidi\u202eabc', 'a.b', 'c/d', '\ufeffmark']
        for (const [at, name] of odd.entries()) {
          const source = { namespace: ['sales'], name }
          const destination = { namespace: ['sales'], name: `renamed_${at}` }
          expect(await alice.send('POST', sales(name), change('odd')), name).toMatchObject({ status: 200 })
          expect(
            await alice.send('POST', '/v1/lakehouse/tables/rename', { source, destination }),
          ).toMatchObject({
            status: 204,
          })
          expect((await alice.send('GET', sales(destination.name))).status).toBe(200)
        }
        const namespace = ['odd.name/\u2060space']
        const out = { source: { namespace, name: 't' }, destination: { namespace: ['sales'], name: 'moved' } }
        expect((await alice.send('POST', '/v1/lakehouse/tables/rename', out)).status).toBe(204)
        expect((await alice.send('DELETE', toPath('lakehouse', namespace))).status).toBe(204)
      },
    )
  })

  describe('a staged table of an older version', () => {
    const finish = (who: Client, path: string, name: string): Promise<TimedResponse> =>
      who.send('POST', path, toCreation({ json: server.fixture.staged[name] ?? null } as TimedResponse))

    test('the principal that staged a table in an older version can complete it', async () => {
      expect(await finish(alice, sales('pending'), 'pending')).toMatchObject({ status: 200 })
      expect((await alice.send('GET', sales('pending'))).status).toBe(200)
    })

    test('a table that an older version staged cannot be completed in a later namespace with the same path', async () => {
      const path = toPath('lakehouse', ['temp'], 'tables', 'left-temp')
      for (const who of [alice, mallory]) expect((await finish(who, path, 'left-temp')).status).toBe(400)
      expect((await admin.send('GET', path)).status).toBe(404)
      const rows = await ask(`select name from staged_relation where namespace_id is null order by name`)
      // A released version that deletes a namespace also deletes the staged tables of the namespace.
      expect(rows).toEqual(unchecked ? [{ name: 'left-lost' }, { name: 'left-temp' }] : [])
    })

    test.runIf(unchecked)(
      'the server refuses, with a message, to complete a table of an older version that overlaps a live or another staged table',
      async () => {
        const own = (name: string): string => toPath('lakehouse', ['own'], 'tables', name)
        const refused = [
          await finish(mallory, own('under'), 'under'),
          await finish(mallory, own('twin-of-mallory'), 'twin-of-mallory'),
        ]
        for (const response of refused) {
          expect(response.status).toBe(400)
          expect(textAt(response.json, 'error', 'message')).toMatch(/^Location overlaps/)
        }
      },
    )
  })

  describe('a dropped table of an older version', () => {
    const dropped = '/management/v1/warehouses/lakehouse/dropped'
    const listed = async (
      who: Client,
    ): Promise<{ id: string; name: string; namespace: string[]; location: string }[]> => {
      const { status, json } = await who.send('GET', dropped)
      expect(status).toBe(200)
      return objectAt(json)['dropped'] as never
    }
    const find = async (namespace: string, name: string): Promise<string> =>
      (await listed(alice)).find((one) => one.name === name && one.namespace[0] === namespace)?.id ?? ''

    test('a table that an older version dropped remains hidden from the owner of the recreated namespace, who cannot restore it', async () => {
      expect(await listed(mallory)).toEqual([])
      const id = await find('temp', 'secret')
      for (const body of [{}, { namespace: ['temp'] }, { namespace: ['own'] }])
        expect((await mallory.send('POST', `${dropped}/${id}/restore`, body)).status).toBe(403)
      expect((await mallory.send('POST', `${dropped}/${id}/purge`)).status).toBe(403)
    })

    test('the owner of a table that an older version dropped can restore it into a namespace that the request names', async () => {
      for (const [namespace, name, as] of [
        ['sales', 'gone', 'gone'],
        ['temp', 'secret', 'secret_temp'],
        ['lost', 'secret', 'secret_lost'],
      ] as const) {
        const path = `${dropped}/${await find(namespace, name)}/restore`
        // A release records the namespace of a dropped table, so its owner can restore the table there
        // without naming a namespace.
        if (unchecked || namespace !== 'sales')
          expect((await alice.send('POST', path, {})).status).not.toBe(200)
        expect(await alice.send('POST', path, { namespace: ['sales'], name: as })).toMatchObject({
          status: 200,
        })
        expect((await alice.send('GET', sales(as))).status).toBe(200)
        expect(await alice.send('POST', sales(as), change('restored'))).toMatchObject({ status: 200 })
      }
    })

    test('a purge of a table that an older version dropped deletes only files of this table', async () => {
      const { id = '', location = '' } = (await listed(alice)).find(({ name }) => name === 'doomed') ?? {}
      const directory = join(server.storage, location.replace('s3://', ''))
      const large = textAt((await alice.send('GET', sales('large'))).json, 'metadata', 'location')
      const kept = [large.replace('s3://', ''), 'lakehouse/landing'].map((folder) =>
        join(server.storage, folder, 'statistics.puffin'),
      )
      const own = join(directory, 'statistics.puffin')
      for (const path of [own, ...kept]) {
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, 'data')
      }
      expect((await alice.send('POST', `${dropped}/${id}/purge`)).status).toBe(204)
      await gone(id)
      await expect(access(own)).rejects.toThrow('ENOENT')
      for (const path of kept) await expect(access(path)).resolves.toBeUndefined()
      expect((await alice.send('GET', sales('large'))).status).toBe(200)
    })

    test.runIf(unchecked)(
      'a purge keeps the files of a table that an older version dropped when its location overlaps another table',
      async () => {
        const { json } = await alice.send('GET', '/management/v1/warehouses/other/dropped')
        const [over] = objectAt(json)['dropped'] as { id: string; location: string }[]
        if (over === undefined) throw new Error('The overlapping table is not listed.')
        const metadata = join(over.location.replace('file://', ''), 'metadata')
        const before = await readdir(metadata)
        expect(
          (await alice.send('POST', `/management/v1/warehouses/other/dropped/${over.id}/purge`)).status,
        ).toBe(204)
        await gone(over.id)
        expect(await readdir(metadata)).toEqual(before)
      },
    )

    const gone = (id: string): Promise<void> =>
      expect.poll(() => ask('select from relation where id = $1', [id]), { timeout: 20_000 }).toEqual([])
  })

  describe('tokens that an older version sealed', () => {
    let then: UpgradedServer
    beforeAll(async () => {
      then = await startUpgraded(version, 'fixture')
    })
    afterAll(() => then[Symbol.asyncDispose]())

    test('access tokens of an older version authenticate a principal, and an engine that acts for the principal', async () => {
      for (const token of [then.fixture.tokens.access, then.fixture.tokens.engine])
        expect((await clientWith(then.url, token).send('GET', sales('small'))).status).toBe(200)
      const limited = clientWith(then.url, then.fixture.tokens.engine)
      const other = toPath('other', ['n'], 'tables', 'over')
      expect((await limited.send('GET', other)).status).not.toBe(200)
    })

    test('refresh tokens of an older version refresh storage access of a principal, and of an engine that acts for the principal', async () => {
      const { access, engine, refresh, engineRefresh } = then.fixture.tokens
      for (const [token, path] of [
        [access, refresh],
        [engine, engineRefresh],
      ] as const) {
        const response = await clientWith(then.url, token).send('GET', path)
        expect(response).toMatchObject({
          status: 200,
          json: { 'storage-credentials': [{ prefix: expect.stringMatching(/^s3:/) as string }] },
        })
      }
    })

    test('refresh tokens of an older version do not refresh storage access of an engine whose entry was changed later', async () => {
      const owner = await then.client('admin')
      const changed = await owner.send('PATCH', '/management/v1/engines/trino', { unsignedSubjects: false })
      expect(changed.status).toBe(200)
      const { engine, engineRefresh } = then.fixture.tokens
      await expect
        .poll(async () => (await clientWith(then.url, engine).send('GET', engineRefresh)).status)
        .toBeOneOf([401, 403])
    })

    test('client secrets of an older version authenticate clients', async () => {
      const form = {
        grant_type: grantTypes.clientCredentials,
        client_id: 'trino',
        client_secret: then.fixture.secrets['trino'] ?? '',
      }
      expect(await requestToken(then.url, form)).toMatch(/^ey/)
    })
  })
})
