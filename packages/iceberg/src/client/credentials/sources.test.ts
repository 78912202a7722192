import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { loaded, LOCATION, metadata, problem } from '../../../test/client/catalog.ts'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import type { Reply, Seen } from '../../../test/client/scripted-server.ts'
import {
  HOUR,
  path,
  vended,
  list,
  gone,
  tokenOf,
  isLoad,
  start,
  type Vended,
} from '../../../test/client/credentials/vending.ts'

test('what does not know the way passes to the next: token, endpoint, name, table', async () => {
  const clock = new ManualClock()
  const endpoint = 'v1/wh/namespaces/sales/tables/orders/credentials?storageRefreshToken=LONG'
  await using it = await start(clock, {
    first: [
      {
        key: 'A',
        expiresAt: clock.time,
        token: 'T',
        more: { 'client.refresh-credentials-endpoint': endpoint },
      },
    ],
    answer: (seen) => {
      if (tokenOf(seen) === 'T') return gone
      if (tokenOf(seen) === 'LONG') return problem(500, 'InternalServerError')
      if (isLoad(seen))
        return {
          json: loaded({ 'storage-credentials': [vended({ key: 'B', expiresAt: clock.time + HOUR })] }),
        }
      return list()
    },
  })
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  expect([...new Set(it.targets())]).toEqual([
    `${path}/credentials?storageRefreshToken=T`,
    `${path}/credentials?storageRefreshToken=LONG`,
    `${path}/credentials`,
    `${path}?snapshots=refs`,
  ])
  expect(it.seen.at(-1)?.headers['x-iceberg-access-delegation']).toBe('vended-credentials')
})

test('the endpoint that came first stays a way when later credentials have none', async () => {
  const clock = new ManualClock()
  const more = { 'client.refresh-credentials-endpoint': '/v1/renew?storageRefreshToken=LONG' }
  await using it = await start(clock, {
    first: [{ key: 'A', expiresAt: clock.time, more }],
    staged: true,
    answer: (seen) => (tokenOf(seen) === 'LONG' ? list({ key: 'B', expiresAt: clock.time + HOUR }) : gone),
  })
  for (let life = 0; life < 3; life++) {
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
    clock.pass(HOUR)
  }
  expect(it.targets()).toEqual(Array.from({ length: 3 }, () => 'GET /v1/renew?storageRefreshToken=LONG'))
})

test('an endpoint elsewhere gets nothing', async () => {
  for (const endpoint of [
    'http://127.0.0.1:1/v1/credentials?storageRefreshToken=X',
    '//127.0.0.1:1/x?storageRefreshToken=X',
    'http://a:b@catalog/v1?x=1',
    'file:///etc/passwd?x',
    'no url at all: ?',
  ]) {
    const clock = new ManualClock()
    const more = { 'client.refresh-credentials-endpoint': endpoint }
    let asked = 0
    await using it = await start(clock, {
      first: [{ key: 'A', expiresAt: clock.time, more }],
      auth: { authenticate: (request) => (asked++, Promise.resolve(request)) },
      answer: ({ target }) =>
        target.startsWith('/v1/wh/')
          ? list({ key: 'B', expiresAt: clock.time + HOUR })
          : problem(404, 'NotFoundException'),
    })
    asked = 0
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
    expect(asked).toBe(it.seen.length)
  }
})

test('a server without loadCredentials is asked for the table, unless it gives an endpoint', async () => {
  const config = { overrides: { prefix: 'wh' } }
  const answer = (seen: Seen): Reply => {
    const fresh = { key: 'B', expiresAt: Date.now() + 1e12 }
    return isLoad(seen) ? { json: loaded({ config: vended(fresh)['config'] as Json }) } : list(fresh)
  }
  await using plain = await start(new ManualClock(), { config, answer })
  expect(await plain.keys()).toMatchObject({ accessKeyId: 'B' })
  expect(plain.targets()).toEqual([`${path}?snapshots=refs`])
  const table = {
    config: { 'client.refresh-credentials-endpoint': '/v1/wh/namespaces/sales/tables/orders/credentials' },
  }
  await using hinted = await start(new ManualClock(), { config, answer, table })
  await hinted.keys()
  expect(hinted.targets()).toEqual([`${path}/credentials`])
})

test('entries without keys, for other places or with keys that have ended are not taken', async () => {
  const clock = new ManualClock()
  const answers = [
    list({ key: '', expiresAt: clock.time + HOUR }),
    list({ key: 'X', expiresAt: clock.time + HOUR, prefix: 's3://lake/orders2' }),
    list({ key: 'X', expiresAt: clock.time }),
  ]
  for (const answer of answers) {
    const fresh = vended({ key: 'B', expiresAt: clock.time + HOUR })
    await using it = await start(clock, {
      answer: (seen) => (isLoad(seen) ? { json: loaded({ 'storage-credentials': [fresh] }) } : answer),
    })
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  }
})

test('of several credentials the longest prefix counts, at the start and at each renewal', async () => {
  const clock = new ManualClock()
  const several = (name: string): Vended[] => [
    { key: `${name} bucket`, prefix: 's3://lake', expiresAt: clock.time + HOUR, token: `${name} bucket` },
    { key: `${name} table`, prefix: LOCATION, expiresAt: clock.time + HOUR, token: `${name} table` },
    { key: `${name} data`, prefix: `${LOCATION}/data`, expiresAt: clock.time + HOUR, token: `${name} data` },
  ]
  await using it = await start(clock, { first: several('A'), answer: () => list(...several('B')) })
  const data = it.catalog.storageCredentials(it.table, { location: `${LOCATION}/data/x` })
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A table' })
  expect(await data()).toMatchObject({ accessKeyId: 'A data' })
  clock.pass(HOUR)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B table' })
  expect(await data()).toMatchObject({ accessKeyId: 'B data' })
  expect(it.targets().map((target) => target.split('=')[1])).toEqual(['A%20table', 'A%20data'])
})

test('a table that was made anew under the same name gives no keys to holders of the old one', async () => {
  const clock = new ManualClock()
  await using it = await start(clock, {
    answer: (seen) =>
      isLoad(seen)
        ? {
            json: loaded({
              metadata: { ...metadata, 'table-uuid': '0196a5a4-0000-4000-8000-000000000002' },
              'storage-credentials': [vended({ key: 'B', expiresAt: clock.time + HOUR })],
            }),
          }
        : gone,
  })
  await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError', location: LOCATION })
})

test('a staged table is renewed by its token alone, and by its name once it is committed', async () => {
  const clock = new ManualClock()
  let committed = false
  await using it = await start(clock, {
    first: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    staged: true,
    answer: () => (committed ? list({ key: 'B', expiresAt: clock.time + HOUR }) : gone),
  })
  clock.pass(HOUR)
  await expect(it.keys()).rejects.toThrow(/storageRefreshToken does not stand for this table/)
  committed = true
  clock.pass(2_000)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
})
