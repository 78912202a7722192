import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccessKey } from '../../../src/identity/access-keys/access-key.ts'
import {
  type Credential,
  keyBelow,
  readCredential,
  storageClient,
  storageOutcome,
} from '../../iceberg/credentials.ts'
import { schema, textAt } from '../../iceberg/tables.ts'
import { type TestServer, testServer } from '../../server.ts'
import { addAccessKey, sendSigned, type SignedResponse } from './send-signed.ts'

let server: TestServer
let turn = 0
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' } })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Principal with an access key and a table, and a storage credential that it got by a signed request. */
interface Owner {
  readonly name: string
  readonly key: AccessKey
  readonly token: string
  readonly location: string
  readonly credential: Credential
  /** Path of the request that refreshes the storage credential. */
  readonly refresh: string
  signed(line: string, key?: AccessKey): Promise<SignedResponse>
  put(): Promise<string>
}

async function openOwner(): Promise<Owner> {
  turn += 1
  const name = `owner-${turn}`
  const caller = await server.caller(name)
  await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to: caller })
  const key = await addAccessKey(server, name)
  const signed: Owner['signed'] = (line, by = key) =>
    sendSigned(server.url, by, line, {
      headers: [['x-iceberg-access-delegation', 'vended-credentials']],
      ...(line.startsWith('POST') ? { body: JSON.stringify(bodies[line.split('/').at(-1) ?? '']) } : {}),
    })
  const bodies: Readonly<Record<string, unknown>> = {
    namespaces: { namespace: [name] },
    tables: { name: 't', schema },
  }
  await signed('POST /v1/lakehouse/namespaces')
  const made = await signed(`POST /v1/lakehouse/namespaces/${name}/tables`)
  const credential = readCredential(made)
  const location = textAt(made.json, 'metadata', 'location')
  const refresh = `GET /${credential.config['client.refresh-credentials-endpoint'] ?? ''}`
  const put = (): Promise<string> =>
    storageOutcome(
      storageClient(credential).send(new PutObjectCommand({ ...keyBelow(location, 'f'), Body: 'x' })),
    )
  return { name, key, token: caller.token, location, credential, refresh, signed, put }
}

async function manage(line: string): Promise<number> {
  const [method = '', path = ''] = line.split(' ')
  return (await server.send(method, `/management/v1/principals/${path}`)).status
}

const whoami = 'GET /management/v1/whoami'

describe('After an access key was removed', () => {
  test('the server refuses requests that are signed with the removed access key, also at another replica', async () => {
    const owner = await openOwner()
    const replica = await server.replicaUrl()
    const atReplica = async (): Promise<number> => (await sendSigned(replica, owner.key, whoami)).status
    expect((await owner.signed(whoami)).status).toBe(200)
    expect(await atReplica()).toBe(200)
    expect(await manage(`DELETE ${owner.name}/access-keys/${owner.key.accessKeyId}`)).toBe(204)
    const refused = await owner.signed(whoami)
    expect(refused).toMatchObject({ status: 401, json: { error: { type: 'NotAuthorizedException' } } })
    expect(textAt(refused.json, 'error', 'message')).toContain('access key or the signature')
    // The notification of the change reaches the replica a moment later.
    await expect.poll(atReplica).toBe(401)
  })

  test('the gateway refuses the storage credential of the removed access key, and the server does not refresh it for another access key or a token', async () => {
    const owner = await openOwner()
    const second = await addAccessKey(server, owner.name)
    expect(await owner.put()).toBe('done')
    expect((await owner.signed(owner.refresh)).status).toBe(200)
    expect((await owner.signed(owner.refresh, second)).status).toBe(200)
    expect(await manage(`DELETE ${owner.name}/access-keys/${owner.key.accessKeyId}`)).toBe(204)
    expect(await owner.put()).toBe('AccessDenied')
    expect((await owner.signed(owner.refresh)).status).toBe(401)
    expect((await owner.signed(owner.refresh, second)).status).toBe(404)
    const headers = { authorization: `Bearer ${owner.token}` }
    const path = owner.refresh.replace('GET ', '')
    expect((await server.send('GET', path, undefined, headers)).status).toBe(404)
    expect((await owner.signed(`GET /v1/lakehouse/namespaces/${owner.name}/tables/t`, second)).status).toBe(
      200,
    )
  })

  test('the storage credential of another access key of the principal stays valid', async () => {
    const owner = await openOwner()
    const second = await addAccessKey(server, owner.name)
    expect(await manage(`DELETE ${owner.name}/access-keys/${second.accessKeyId}`)).toBe(204)
    expect(await owner.put()).toBe('done')
    expect((await owner.signed(owner.refresh)).status).toBe(200)
    expect((await owner.signed(whoami, second)).status).toBe(401)
  })
})

describe('A principal with an access key', () => {
  test('the server refuses the access key while its principal is disabled, and accepts it after the principal was enabled', async () => {
    const owner = await openOwner()
    expect(await owner.put()).toBe('done')
    expect(await manage(`POST ${owner.name}/disable`)).toBe(200)
    expect(await owner.signed(whoami)).toMatchObject({ status: 401 })
    expect(await owner.put()).toBe('AccessDenied')
    expect(await manage(`POST ${owner.name}/enable`)).toBe(200)
    expect(await owner.signed(whoami)).toMatchObject({ status: 200 })
  })

  test('the command stop-sessions ends the storage credentials of the principal, but not its access key', async () => {
    const owner = await openOwner()
    expect(await owner.put()).toBe('done')
    expect(await manage(`POST ${owner.name}/stop-sessions`)).toBe(200)
    expect(await owner.put()).toBe('AccessDenied')
    expect(await owner.signed(whoami)).toMatchObject({ status: 200 })
  })

  test('the server refuses the access key after its principal was deleted', async () => {
    const owner = await openOwner()
    expect(await manage(`DELETE ${owner.name}`)).toBe(204)
    expect(await owner.signed(whoami)).toMatchObject({ status: 401 })
    expect(await owner.put()).toBe('AccessDenied')
  })
})
