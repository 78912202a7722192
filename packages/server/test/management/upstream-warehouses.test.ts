import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type RecordingProxy, recordingProxy } from '../upstream/recording-proxy.ts'
import type { Reply } from './management.ts'
import { type TestWarehouseManagement, testWarehouseManagement } from './warehouse-management.ts'

let management: TestWarehouseManagement
let catalog: RecordingProxy
let made = 0
const secret = 'upstream-secret-5d8d3d7'
const auth = { 'rest.auth.type': 'bearer' }
const secrets = { 'rest.auth.bearer.token': secret }

beforeAll(async () => {
  management = await testWarehouseManagement()
  catalog = await recordingProxy('http://127.0.0.1:9')
  catalog.intercept(({ path, headers }) => {
    if (headers.authorization !== `Bearer ${secret}`) return { status: 401, body: '{}' }
    if (path.startsWith('/v1/config')) return { status: 200, body: '{"overrides":{"prefix":"p"}}' }
    return { status: 200, body: '{"namespaces":[]}' }
  })
})
afterAll(async () => {
  await management[Symbol.asyncDispose]()
  await catalog[Symbol.asyncDispose]()
})

const fresh = (): string => `up-${(made += 1)}`
function create(name: string, upstream: object): Promise<Reply> {
  const storage = { type: 'file', root: `${management.folder}/${name}` }
  return management.as(management.server.admin, 'POST /warehouses', { name, storage, upstream })
}
const update = (name: string, upstream: object): Promise<Reply> =>
  management.as(management.server.admin, `PATCH /warehouses/${name}`, { upstream })
const stored = statement(
  'test_upstream_stored',
  'select kind, upstream::text, upstream_secret as sealed from warehouse where name = $1',
)

describe('an upstream warehouse', () => {
  test('the server seals the secrets of a new upstream warehouse, and no response contains them', async () => {
    const name = fresh()
    const created = await create(name, { uri: catalog.url, warehouse: 'w', auth, secrets })
    expect(created).toMatchObject({
      status: 201,
      body: {
        kind: 'upstream',
        upstream: { uri: catalog.url, warehouse: 'w', auth },
        hasUpstreamSecret: true,
      },
    })
    const shown = await management.as(management.server.admin, `GET /warehouses/${name}`)
    expect(JSON.stringify([created.body, shown.body])).not.toContain(secret)
    const [row] = await management.server.store.sql.run<{ kind: string; upstream: string; sealed: Buffer }>(
      stored,
      [name],
    )
    expect(row?.kind).toBe('upstream')
    expect(row?.upstream).not.toContain(secret)
    expect(row?.sealed.includes(secret)).toBe(false)
  })

  test('the check of an upstream warehouse uses its secrets', async () => {
    const name = fresh()
    await create(name, { uri: catalog.url, auth, secrets })
    const check = await management.as(management.server.admin, `POST /warehouses/${name}/check`)
    expect(check).toMatchObject({
      status: 200,
      body: {
        findings: expect.arrayContaining([
          { name: 'configuration', ok: true, message: expect.stringContaining('prefix is p') as unknown },
          { name: 'namespaces', ok: true, message: expect.any(String) as unknown },
        ]) as unknown,
      },
    })
  })

  test('the check of an upstream warehouse names the request that failed, without the secret', async () => {
    const name = fresh()
    await create(name, { uri: catalog.url, auth, secrets: { 'rest.auth.bearer.token': 'wrong-token-1' } })
    const check = await management.as(management.server.admin, `POST /warehouses/${name}/check`)
    expect(check.body).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        {
          name: 'configuration',
          ok: false,
          message: expect.stringContaining('refused the credentials') as unknown,
        },
      ]) as unknown,
    })
    expect(JSON.stringify(check.body)).not.toContain('wrong-token-1')
  })

  test('an update of an upstream warehouse replaces secrets, and keeps them when only other settings change', async () => {
    const name = fresh()
    await create(name, { uri: catalog.url, auth, secrets: { 'rest.auth.bearer.token': 'old' } })
    expect(await update(name, { secrets })).toMatchObject({ status: 200 })
    expect(await update(name, { warehouse: 'other' })).toMatchObject({
      status: 200,
      body: { upstream: { uri: catalog.url, warehouse: 'other', auth }, hasUpstreamSecret: true },
    })
    const check = await management.as(management.server.admin, `POST /warehouses/${name}/check`)
    expect(check.body).toMatchObject({
      findings: expect.arrayContaining([
        { name: 'namespaces', ok: true, message: expect.any(String) as unknown },
      ]) as unknown,
    })
  })

  test('a new address of the upstream needs the secrets again, so that they are not sent to another server', async () => {
    const name = fresh()
    await create(name, { uri: catalog.url, auth, secrets })
    await using other = await recordingProxy('http://127.0.0.1:9')
    expect(await update(name, { uri: other.url })).toMatchObject({ status: 400 })
    expect(await update(name, { uri: other.url, secrets })).toMatchObject({ status: 200 })
    expect(other.requests).toEqual([])
  })

  test('a new path of the upstream on the same host needs the secrets again, because it can be the catalog of another tenant', async () => {
    const name = fresh()
    await create(name, { uri: `${catalog.url}/a`, auth, secrets })
    expect(await update(name, { uri: `${catalog.url}/b` })).toMatchObject({ status: 400 })
    expect(await update(name, { uri: `${catalog.url}/a/` })).toMatchObject({ status: 200 })
  })

  test('a managed warehouse does not become an upstream warehouse', async () => {
    const name = fresh()
    const storage = { type: 'file', root: `${management.folder}/${name}` }
    await management.as(management.server.admin, 'POST /warehouses', { name, storage })
    expect(await update(name, { uri: catalog.url })).toMatchObject({ status: 400 })
  })

  test('the server deletes an upstream warehouse with the rows of its objects', async () => {
    const name = fresh()
    await create(name, { uri: catalog.url, auth, secrets })
    const { sql } = management.server.store
    await sql.run(
      statement(
        'test_upstream_rows',
        `with w as (select id from warehouse where name = $1),
           n as (
             insert into namespace (id, warehouse_id, path, lineage, owners, owner_id)
             select gen_random_uuid(), id, 'n', '{}', '{}', gen_random_uuid() from w returning id, warehouse_id)
         insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
         select gen_random_uuid(), warehouse_id, id, 't', 'table', gen_random_uuid(), 'm', 'l', gen_random_uuid() from n`,
      ),
      [name],
    )
    expect(await management.as(management.server.admin, `DELETE /warehouses/${name}`)).toMatchObject({
      status: 204,
    })
  })
})

describe('the storage credentials of an upstream warehouse', () => {
  const post = (body: Json): Promise<Reply> =>
    management.as(management.server.admin, 'POST /warehouses', body)

  test.each(['relay', 'pass', 'none'])(
    'an upstream warehouse with the credential mode %s needs no storage of this server',
    async (credentials) => {
      const name = fresh()
      const body = {
        name,
        allowedLocations: [`s3://lake-${credentials}/a`, `s3://lake-${credentials}/b`],
        upstream: { uri: catalog.url, auth, secrets, credentials },
      }
      expect(await post(body)).toMatchObject({
        status: 201,
        body: {
          storage: { type: 's3', bucket: `lake-${credentials}`, prefix: 'a', credentials: 'none' },
          allowedLocations: [`s3://lake-${credentials}/b`],
          vending: { mode: credentials === 'relay' ? 'gateway' : 'none' },
          upstream: { credentials },
          hasSecret: false,
        },
      })
      const check = await management.as(management.server.admin, `POST /warehouses/${name}/check`)
      expect(check.body).toMatchObject({
        findings: expect.arrayContaining([
          { name: 'storage', ok: true, message: expect.stringContaining('does not have access') as unknown },
        ]) as unknown,
      })
    },
  )

  test('an upstream warehouse with the credential mode own needs access to the storage', async () => {
    const storage = { type: 's3', bucket: 'lake-own', credentials: 'none' }
    const upstream = { uri: catalog.url, auth, secrets }
    expect(await post({ name: fresh(), storage, upstream })).toMatchObject({ status: 400 })
    expect(await post({ name: fresh(), storage })).toMatchObject({ status: 400 })
    expect(await post({ name: fresh(), upstream })).toMatchObject({ status: 400 })
  })

  test('a vending mode that the credential mode of an upstream warehouse does not use is refused', async () => {
    const body = {
      allowedLocations: ['s3://lake-mode/a'],
      vending: { mode: 'sts', roleArn: 'arn:aws:iam::1:role/r' },
    }
    for (const credentials of ['relay', 'pass', 'none'])
      expect(
        await post({ name: fresh(), ...body, upstream: { uri: catalog.url, credentials } }),
      ).toMatchObject({ status: 400 })
  })

  test('a change of the credential mode of an upstream warehouse keeps the other settings, and requires storage for the mode own', async () => {
    const name = fresh()
    await post({
      name,
      allowedLocations: ['s3://lake-change/a'],
      upstream: { uri: catalog.url, auth, secrets, credentials: 'relay' },
    })
    expect(await update(name, { credentials: 'pass' })).toMatchObject({
      status: 200,
      body: { vending: { mode: 'none' }, upstream: { credentials: 'pass', auth }, hasUpstreamSecret: true },
    })
    expect(await update(name, { credentials: 'own' })).toMatchObject({ status: 400 })
  })

  test('the upstream account for readers has its own encrypted secrets', async () => {
    const name = fresh()
    const reader = { authRead: auth, secretsRead: { 'rest.auth.bearer.token': 'reader-secret-77aa' } }
    const created = await create(name, { uri: catalog.url, auth, secrets, ...reader })
    expect(created).toMatchObject({ status: 201, body: { upstream: { auth, authRead: auth } } })
    expect(JSON.stringify(created.body)).not.toContain('reader-secret-77aa')
    await using other = await recordingProxy('http://127.0.0.1:9')
    expect(await update(name, { uri: other.url, secrets })).toMatchObject({ status: 400 })
    expect(await update(name, { uri: other.url, ...reader })).toMatchObject({ status: 400 })
    expect(await update(name, { uri: other.url, secrets, ...reader })).toMatchObject({ status: 200 })
    expect(await update(name, { authRead: {} })).toMatchObject({ status: 200, body: { upstream: { auth } } })
    expect(
      await update(name, { authRead: auth, secretsRead: { 'rest.auth.bearer.file': 'x' } }),
    ).toMatchObject({
      status: 400,
    })
  })
})

test('an upstream address that the operator of the server did not allow is refused, also for an administrator', async () => {
  await using closed = await testWarehouseManagement({ named: [], loopback: false })
  const storage = { type: 'file', root: `${closed.folder}/x` }
  for (const uri of ['http://127.0.0.1:1', 'http://169.254.169.254/', 'http://10.1.2.3/'])
    expect(
      await closed.as(closed.server.admin, 'POST /warehouses', { name: 'x', storage, upstream: { uri } }),
    ).toMatchObject({ status: 403 })
})
