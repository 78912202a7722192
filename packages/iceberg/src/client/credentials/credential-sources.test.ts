import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { loadBody, LOCATION, metadata, errorResponse } from '../../../test/client/catalog.ts'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import type { ScriptedResponse, RecordedRequest } from '../../../test/client/scripted-server.ts'
import {
  HOUR,
  path,
  encodeVended,
  listCredentials,
  unknownTokenResponse,
  findRefreshToken,
  isTableLoad,
  startVending,
  type VendedCredential,
} from '../../../test/client/credentials/vending.ts'

test('the client renews storage credentials by refresh token, refresh endpoint, loadCredentials or loadTable, in this order', async () => {
  const clock = new ManualClock()
  const endpoint = 'v1/wh/namespaces/sales/tables/orders/credentials?storageRefreshToken=LONG'
  await using it = await startVending(clock, {
    initial: [
      {
        key: 'A',
        expiresAt: clock.time,
        token: 'T',
        extra: { 'client.refresh-credentials-endpoint': endpoint },
      },
    ],
    respond: (request) => {
      if (findRefreshToken(request) === 'T') return unknownTokenResponse
      if (findRefreshToken(request) === 'LONG') return errorResponse(500, 'InternalServerError')
      if (isTableLoad(request))
        return {
          json: loadBody({
            'storage-credentials': [encodeVended({ key: 'B', expiresAt: clock.time + HOUR })],
          }),
        }
      return listCredentials()
    },
  })
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  expect([...new Set(it.targets())]).toEqual([
    `${path}/credentials?storageRefreshToken=T`,
    `${path}/credentials?storageRefreshToken=LONG`,
    `${path}/credentials`,
    `${path}?snapshots=refs`,
  ])
  expect(it.requests.at(-1)?.headers['x-iceberg-access-delegation']).toBe('vended-credentials')
})

test('the client uses the refresh endpoint of the first storage credential if later credentials have no endpoint', async () => {
  const clock = new ManualClock()
  const more = { 'client.refresh-credentials-endpoint': '/v1/renew?storageRefreshToken=LONG' }
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt: clock.time, extra: more }],
    staged: true,
    respond: (request) =>
      findRefreshToken(request) === 'LONG'
        ? listCredentials({ key: 'B', expiresAt: clock.time + HOUR })
        : unknownTokenResponse,
  })
  for (let life = 0; life < 3; life++) {
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
    clock.pass(HOUR)
  }
  expect(it.targets()).toEqual(Array.from({ length: 3 }, () => 'GET /v1/renew?storageRefreshToken=LONG'))
})

test('the client sends no request to a refresh endpoint outside the catalog', async () => {
  for (const endpoint of [
    'http://127.0.0.1:1/v1/credentials?storageRefreshToken=X',
    '//127.0.0.1:1/x?storageRefreshToken=X',
    'http://a:b@catalog/v1?x=1',
    'file:///etc/passwd?x',
    'no url at all: ?',
  ]) {
    const clock = new ManualClock()
    const more = { 'client.refresh-credentials-endpoint': endpoint }
    let authenticated = 0
    await using it = await startVending(clock, {
      initial: [{ key: 'A', expiresAt: clock.time, extra: more }],
      auth: { authenticate: (request) => (authenticated++, Promise.resolve(request)) },
      respond: ({ target }) =>
        target.startsWith('/v1/wh/')
          ? listCredentials({ key: 'B', expiresAt: clock.time + HOUR })
          : errorResponse(404, 'NotFoundException'),
    })
    authenticated = 0
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
    expect(authenticated).toBe(it.requests.length)
  }
})

test('the client loads the table if the server does not list loadCredentials and sends no refresh endpoint', async () => {
  const config = { overrides: { prefix: 'wh' } }
  const respond = (request: RecordedRequest): ScriptedResponse => {
    const fresh = { key: 'B', expiresAt: Date.now() + 1e12 }
    return isTableLoad(request)
      ? { json: loadBody({ config: encodeVended(fresh)['config'] as Json }) }
      : listCredentials(fresh)
  }
  await using plain = await startVending(new ManualClock(), { config, respond })
  expect(await plain.keys()).toMatchObject({ accessKeyId: 'B' })
  expect(plain.targets()).toEqual([`${path}?snapshots=refs`])
  const table = {
    config: { 'client.refresh-credentials-endpoint': '/v1/wh/namespaces/sales/tables/orders/credentials' },
  }
  await using hinted = await startVending(new ManualClock(), { config, respond, table })
  await hinted.keys()
  expect(hinted.targets()).toEqual([`${path}/credentials`])
})

test('the client ignores storage credentials without keys, for other locations or with expired keys', async () => {
  const clock = new ManualClock()
  const responses = [
    listCredentials({ key: '', expiresAt: clock.time + HOUR }),
    listCredentials({ key: 'X', expiresAt: clock.time + HOUR, prefix: 's3://lake/orders2' }),
    listCredentials({ key: 'X', expiresAt: clock.time }),
  ]
  for (const response of responses) {
    const fresh = encodeVended({ key: 'B', expiresAt: clock.time + HOUR })
    await using it = await startVending(clock, {
      respond: (request) =>
        isTableLoad(request) ? { json: loadBody({ 'storage-credentials': [fresh] }) } : response,
    })
    expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  }
})

test('the client uses the storage credential with the longest prefix at the start and after each renewal', async () => {
  const clock = new ManualClock()
  const several = (name: string): VendedCredential[] => [
    { key: `${name} bucket`, prefix: 's3://lake', expiresAt: clock.time + HOUR, token: `${name} bucket` },
    { key: `${name} table`, prefix: LOCATION, expiresAt: clock.time + HOUR, token: `${name} table` },
    { key: `${name} data`, prefix: `${LOCATION}/data`, expiresAt: clock.time + HOUR, token: `${name} data` },
  ]
  await using it = await startVending(clock, {
    initial: several('A'),
    respond: () => listCredentials(...several('B')),
  })
  const data = it.catalog.storageCredentials(it.table, { location: `${LOCATION}/data/x` })
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A table' })
  expect(await data()).toMatchObject({ accessKeyId: 'A data' })
  clock.pass(HOUR)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B table' })
  expect(await data()).toMatchObject({ accessKeyId: 'B data' })
  expect(it.targets().map((target) => target.split('=')[1])).toEqual(['A%20table', 'A%20data'])
})

test('a table that was dropped and recreated provides no credentials for the former table', async () => {
  const clock = new ManualClock()
  await using it = await startVending(clock, {
    respond: (request) =>
      isTableLoad(request)
        ? {
            json: loadBody({
              metadata: { ...metadata, 'table-uuid': '0196a5a4-0000-4000-8000-000000000002' },
              'storage-credentials': [encodeVended({ key: 'B', expiresAt: clock.time + HOUR })],
            }),
          }
        : unknownTokenResponse,
  })
  await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError', location: LOCATION })
})

test('the client renews credentials of a staged table by refresh token, and by the name of the table only after the first commit', async () => {
  const clock = new ManualClock()
  let committed = false
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    staged: true,
    respond: () =>
      committed ? listCredentials({ key: 'B', expiresAt: clock.time + HOUR }) : unknownTokenResponse,
  })
  clock.pass(HOUR)
  await expect(it.keys()).rejects.toThrow(/storageRefreshToken does not belong to this table/)
  committed = true
  clock.pass(2_000)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
})
