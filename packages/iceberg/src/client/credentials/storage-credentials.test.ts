import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { fullConfig, LOCATION, metadata, errorResponse } from '../../../test/client/catalog.ts'
import { ManualClock } from '../../../test/client/manual-clock.ts'
import {
  MINUTE,
  HOUR,
  encodeVended,
  listCredentials,
  unknownTokenResponse,
  startVending,
} from '../../../test/client/credentials/vending.ts'

test('StorageCredentials.properties returns the configuration of the table with only the current keys', async () => {
  const clock = new ManualClock()
  const fresh = {
    prefix: LOCATION,
    config: { 's3.access-key-id': 'B', 's3.secret-access-key': 'b', 's3.endpoint': 'http://new' },
  }
  await using it = await startVending(clock, {
    table: {
      config: {
        ...(encodeVended({ key: 'A', expiresAt: clock.time + HOUR })['config'] as JsonObject),
        'client.region': 'eu',
        's3.endpoint': 'http://old',
      },
    },
    respond: () => ({ json: { 'storage-credentials': [fresh] } }),
  })
  expect(await it.keys.properties()).toMatchObject({ 's3.access-key-id': 'A', 'client.region': 'eu' })
  clock.pass(HOUR)
  expect(await it.keys.properties()).toEqual({ ...fresh.config, 'client.region': 'eu' })
  expect(await it.keys()).toEqual({ accessKeyId: 'B', secretAccessKey: 'b' })
})

test('StorageCredentials.headers returns a bearer token for Google Cloud Storage and refuses other storage', async () => {
  const clock = new ManualClock()
  const credentials = (prefix: string, config: JsonObject): JsonObject => ({
    metadata: { ...metadata, location: `${prefix}/t` },
    'storage-credentials': [{ prefix, config }],
  })
  const expiry = String(clock.time + HOUR)
  await using gcs = await startVending(clock, {
    table: credentials('gs://b', { 'gcs.oauth2.token': 'G', 'gcs.oauth2.token-expires-at': expiry }),
    respond: () => unknownTokenResponse,
  })
  expect(await gcs.keys.headers()).toEqual({ authorization: 'Bearer G' })
  await expect(gcs.keys()).rejects.toMatchObject({ code: 'unsupported' })
  const sas = { 'adls.sas-token.a.dfs.core.windows.net': 'S', 'adls.sas-token-expires-at-ms.a': expiry }
  await using adls = await startVending(clock, {
    table: credentials('abfss://c@a', sas),
    respond: () => unknownTokenResponse,
  })
  expect(await adls.keys.properties()).toEqual(sas)
  await expect(adls.keys.headers()).rejects.toMatchObject({ code: 'unsupported' })
})

test('the provider for the AWS SDK adds an expiry to temporary keys without an expiry, so that the SDK renews them', async () => {
  const clock = new ManualClock()
  let minted = 0
  await using it = await startVending(clock, {
    initial: [{ key: 'A' }],
    respond: () => listCredentials({ key: `B${minted++}` }),
  })
  const { expiration } = await it.keys()
  expect(expiration?.getTime()).toBe(clock.time + 20 * MINUTE)
  clock.pass(15 * MINUTE)
  await it.keys()
  await expect.poll(() => it.keys()).toMatchObject({ accessKeyId: 'B0' })
  expect(minted).toBe(1)
})

test('errors of storage credentials contain no secret', async () => {
  const clock = new ManualClock()
  await using it = await startVending(clock, {
    config: { ...fullConfig },
    initial: [{ key: 'hidden-secret-key', expiresAt: clock.time, token: 'hidden-secret-token' }],
    respond: () => errorResponse(404, 'NoSuchTableException', 'Table does not exist: sales.orders'),
  })
  const error = await it.keys().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(Error)
  const shown = [error, (error as Error).cause].map(
    (e) => `${String(e)} ${(e as Error).stack} ${JSON.stringify(e)}`,
  )
  expect(shown.join()).toContain('Table does not exist')
  expect(shown.join()).not.toContain('hidden-secret')
})
