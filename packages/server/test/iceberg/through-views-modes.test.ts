import { expect, test } from 'vitest'
import { objectAt, textAt } from './tables.ts'
import { openViewFixture } from './views.ts'

const endpoint = 'http://127.0.0.1:9'
const store = {
  bucket: 'lakehouse',
  region: 'us-east-1',
  endpoint,
  pathStyle: true,
  keys: () => ({ accessKeyId: 'AK', secretAccessKey: 'secret' }),
}
const table = 'namespaces/raw/tables/t'
const views = 'referenced-by=mart%1Finner'

test('a reader through a view gets signatures for reads and not for writes', async () => {
  await using fixture = await openViewFixture({ vending: { mode: 'remote-signing' }, store })
  const hers = await fixture.as('alice')
  const asking = { 'x-iceberg-access-delegation': 'remote-signing' }
  const loaded = await hers('GET', `${table}?${views}`, undefined, asking)
  const location = textAt(loaded.json, 'metadata', 'location').replace('s3://', '')
  const wanted = { provider: 's3', region: 'us-east-1', uri: `${endpoint}/${location}/data/a`, headers: {} }
  const signer = `/${textAt(loaded.json, 'config', 'signer.endpoint')}`
  expect(await hers('POST', signer, { ...wanted, method: 'GET' })).toMatchObject({ status: 200 })
  expect(await hers('POST', signer, { ...wanted, method: 'PUT' })).toMatchObject({ status: 403 })
  const withoutToken = signer.split('?')[0] ?? ''
  expect(await hers('POST', withoutToken, { ...wanted, method: 'GET' })).toMatchObject({ status: 404 })

  const raw = await fixture.findId('namespace', 'raw')
  await fixture.server.revoke({ privilege: 'select', on: raw, to: fixture.dora })
  await fixture.changed()
  expect(await hers('POST', signer, { ...wanted, method: 'GET' })).toMatchObject({ status: 404 })
})

test('a reader through a view does not get the static keys of a warehouse', async () => {
  const vending = { mode: 'static', longLivedKeysMayLeaveTheServer: true } as const
  await using fixture = await openViewFixture({ vending, store })
  const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
  const [hers, his] = [await fixture.as('alice'), await fixture.as('dora')]
  const own = await his('GET', `${table}?${views}`, undefined, asking)
  expect(objectAt(own.json, 'config')).toMatchObject({ 's3.access-key-id': 'AK' })
  const loaded = await hers('GET', `${table}?${views}`, undefined, asking)
  expect(loaded.status).toBe(200)
  expect(JSON.stringify([loaded.json])).not.toContain('s3.access-key-id')
  const asked = await hers('GET', `${table}/credentials?${views}`)
  expect(asked.json).toEqual({ 'storage-credentials': [] })
})
