import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

let fixture: UpstreamFixture
beforeAll(async () => {
  fixture = await upstreamFixture()
  const { upstream } = fixture
  await upstream.send('POST', 'namespaces', { namespace: ['hr'] })
  await upstream.send('POST', 'namespaces', { namespace: ['hr', 'pay'] })
  for (const name of ['a', 'b', 'c'])
    await upstream.send('POST', 'namespaces/hr%1Fpay/tables', { name, schema })
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => void (fixture.proxy.requests.length = 0))

const path = 'namespaces/hr%1Fpay/tables'

test('a privilege can be granted on a table that exists only in the upstream', async () => {
  const { front } = fixture
  const ann = await front.caller('ann')
  const granted = await front.send('POST', '/management/v1/grants', {
    privilege: 'select',
    on: { warehouse: 'lakehouse', namespace: ['hr', 'pay'], relation: 'a' },
    to: { principal: 'ann' },
  })
  expect(granted).toMatchObject({ status: 200, json: { changed: true } })
  expect((await ann.send('GET', `${path}/a`)).status).toBe(200)
  expect((await ann.send('GET', `${path}/b`)).status).toBe(404)
  expect((await ann.send('GET', 'namespaces')).json).toMatchObject({ namespaces: [['hr']] })
  expect((await ann.send('GET', 'namespaces?parent=hr')).json).toMatchObject({ namespaces: [['hr', 'pay']] })
  expect((await ann.send('GET', path)).json).toMatchObject({
    identifiers: [{ namespace: ['hr', 'pay'], name: 'a' }],
  })
})

test('a privilege can be granted on a namespace that exists only in the upstream', async () => {
  const { front } = fixture
  const bob = await front.caller('bob')
  const on = { warehouse: 'lakehouse', namespace: ['hr'] }
  const to = { principal: 'bob' }
  expect(await front.send('POST', '/management/v1/grants', { privilege: 'select', on, to })).toMatchObject({
    status: 200,
  })
  expect((await bob.send('GET', `${path}/c`)).status).toBe(200)
  expect((await bob.send('POST', path, { name: 'd', schema })).status).toBe(403)
})

test.each([
  [{ namespace: ['hr', 'pay'], relation: 'missing' }, 404],
  [{ namespace: ['missing'] }, 404],
])('no privilege can be granted on the object %j that the upstream does not have', async (on, status) => {
  const { front } = fixture
  await front.caller(`c${status}${JSON.stringify(on).length}`)
  const response = await front.send('POST', '/management/v1/grants', {
    privilege: 'select',
    on: { warehouse: 'lakehouse', ...on },
    to: { principal: `c${status}${JSON.stringify(on).length}` },
  })
  expect(response.status).toBe(status)
})

test('a caller without rights cannot make the server request an object from the upstream', async () => {
  const { front, proxy } = fixture
  const eve = await front.caller('eve')
  const response = await eve.send('POST', '/management/v1/grants', {
    privilege: 'select',
    on: { warehouse: 'lakehouse', namespace: ['hr', 'pay'], relation: 'b' },
    to: { principal: 'eve' },
  })
  expect(response.status).toBe(404)
  expect(proxy.requests).toEqual([])
})
