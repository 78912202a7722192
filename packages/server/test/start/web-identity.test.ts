import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { findMinio, needsMinio } from '@headgate/testkit'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageClient } from '../iceberg/credentials.ts'
import { startTrustedServer, type TrustedServer } from './trusted-server.ts'

const seconds = 12

describe.skipIf(findMinio() === undefined)(needsMinio('a store that trusts this server'), () => {
  let server: TrustedServer
  beforeAll(async () => {
    server = await startTrustedServer()
  }, 120_000)
  afterAll(() => server[Symbol.asyncDispose]())

  test(
    'a server that MinIO trusts issues keys for a table to a user, which expire after their lifetime',
    { timeout: 60_000 },
    async () => {
      const { admin, alice, audience: tokenAudience } = server
      const vending = { tokenAudience, tokenClaims: { policy: 'readwrite' }, lifetimeSeconds: seconds }
      expect(await server.createWarehouse('named', vending)).toMatchObject({ status: 201 })
      // MinIO answers before it has loaded its users.
      const failing = async (): Promise<unknown> => (await server.check('named')).filter(({ ok }) => !ok)
      await expect.poll(failing, { timeout: 30_000 }).toEqual([])
      await server.send(admin, 'POST', '/v1/named/namespaces', { namespace: ['n'] })
      const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] }
      await server.send(admin, 'POST', '/v1/named/namespaces/n/tables', { name: 't', schema })
      const grant = { privilege: 'modify', on: { warehouse: 'named' }, to: { principal: 'alice' } }
      await server.send(admin, 'POST', '/management/v1/grants', grant)

      const loaded = await server.send(alice, 'GET', '/v1/named/namespaces/n/tables/t')
      expect(loaded.status).toBe(200)
      const { config, metadata } = loaded.body
      const expires = Number(config['s3.session-token-expires-at-ms'])
      expect(expires - Date.now()).toBeLessThanOrEqual(seconds * 1_000)
      const session = decodeJwt(config['s3.session-token'] ?? '')
      expect(session).toMatchObject({ sub: 'alice', iss: server.url, aud: tokenAudience })

      const place = metadata.location.replace('s3://lake/', '')
      const put = createPut(config)
      await put(`${place}/data/a`)
      for (const outside of [`${place}2/a`, 'named/a', 'a'])
        await expect(put(outside)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
      await sleep(expires - Date.now() + 1_500)
      await expect(put(`${place}/data/b`)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    },
  )

  test('issued keys can be valid for longer than the web identity token with which the server requested them', async () => {
    const vending = { tokenAudience: server.audience, tokenClaims: { policy: 'readwrite' } }
    await server.createWarehouse('lasting', vending)
    const findings = await server.check('lasting')
    expect(findings.filter(({ ok }) => !ok)).toEqual([])
    expect(findings.find(({ name }) => name === 'vend')?.message).toMatch(/for 60 min/)
  })

  test(
    'the check of a warehouse names a missing claim or a wrong audience in the web identity token',
    { timeout: 60_000 },
    async () => {
      const { audience: tokenAudience } = server
      const findFailure = async (name: string, vending: object): Promise<string> => {
        expect(await server.createWarehouse(name, vending)).toMatchObject({ status: 201 })
        return (await server.check(name)).find(({ name, ok }) => name === 'vend' && !ok)?.message ?? ''
      }
      expect(await findFailure('without-policy', { tokenAudience })).toMatch(/tokenClaims/)
      const tokenClaims = { policy: 'readwrite' }
      expect(await findFailure('for-another', { tokenAudience: 'x', tokenClaims })).toMatch(/tokenAudience/)
    },
  )
})

/** Returns a function that writes an object with the credentials of a load. */
function createPut(config: Readonly<Record<string, string>>): (Key: string) => Promise<unknown> {
  const client = storageClient({ config })
  return (Key) => client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }))
}
