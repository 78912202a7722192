import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { everything, LOCATION, metadata, problem } from '../../../test/client/catalog.ts'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import { MINUTE, HOUR, vended, list, gone, start } from '../../../test/client/credentials/vending.ts'

test('properties are the table’s configuration with the newest keys only', async () => {
  const clock = new ManualClock()
  const fresh = {
    prefix: LOCATION,
    config: { 's3.access-key-id': 'B', 's3.secret-access-key': 'b', 's3.endpoint': 'http://new' },
  }
  await using it = await start(clock, {
    table: {
      config: {
        ...(vended({ key: 'A', expiresAt: clock.time + HOUR })['config'] as JsonObject),
        'client.region': 'eu',
        's3.endpoint': 'http://old',
      },
    },
    answer: () => ({ json: { 'storage-credentials': [fresh] } }),
  })
  expect(await it.keys.properties()).toMatchObject({ 's3.access-key-id': 'A', 'client.region': 'eu' })
  clock.pass(HOUR)
  expect(await it.keys.properties()).toEqual({ ...fresh.config, 'client.region': 'eu' })
  expect(await it.keys()).toEqual({ accessKeyId: 'B', secretAccessKey: 'b' })
})

test('storage that takes a bearer token is opened by headers, other storage is not', async () => {
  const clock = new ManualClock()
  const credentials = (prefix: string, config: JsonObject): JsonObject => ({
    metadata: { ...metadata, location: `${prefix}/t` },
    'storage-credentials': [{ prefix, config }],
  })
  const expiry = String(clock.time + HOUR)
  await using gcs = await start(clock, {
    table: credentials('gs://b', { 'gcs.oauth2.token': 'G', 'gcs.oauth2.token-expires-at': expiry }),
    answer: () => gone,
  })
  expect(await gcs.keys.headers()).toEqual({ authorization: 'Bearer G' })
  await expect(gcs.keys()).rejects.toMatchObject({ code: 'unsupported' })
  const sas = { 'adls.sas-token.a.dfs.core.windows.net': 'S', 'adls.sas-token-expires-at-ms.a': expiry }
  await using adls = await start(clock, { table: credentials('abfss://c@a', sas), answer: () => gone })
  expect(await adls.keys.properties()).toEqual(sas)
  await expect(adls.keys.headers()).rejects.toMatchObject({ code: 'unsupported' })
})

test('temporary keys of unknown end are given one, since the AWS SDK would keep them forever', async () => {
  const clock = new ManualClock()
  let minted = 0
  await using it = await start(clock, { first: [{ key: 'A' }], answer: () => list({ key: `B${minted++}` }) })
  const { expiration } = await it.keys()
  expect(expiration?.getTime()).toBe(clock.time + 20 * MINUTE)
  clock.pass(15 * MINUTE)
  await it.keys()
  await expect.poll(() => it.keys()).toMatchObject({ accessKeyId: 'B0' })
  expect(minted).toBe(1)
})

test('errors show no secret', async () => {
  const clock = new ManualClock()
  await using it = await start(clock, {
    config: { ...everything },
    first: [{ key: 'geheim-key', expiresAt: clock.time, token: 'geheim-token' }],
    answer: () => problem(404, 'NoSuchTableException', 'Table does not exist: sales.orders'),
  })
  const error = await it.keys().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  const shown = [error, (error as Error).cause].map(
    (e) => `${String(e)} ${(e as Error).stack} ${JSON.stringify(e)}`,
  )
  expect(shown.join()).toContain('Table does not exist')
  expect(shown.join()).not.toContain('geheim')
})
