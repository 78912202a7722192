import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, testServer } from '../server.ts'
import { type Credential, readCredential, keyBelow, storageClient } from './credentials.ts'
import { schema, textAt } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' }, auditReads: 'store' })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  await server.send('POST', 'namespaces/n/tables', { name: 't', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const table = 'namespaces/n/tables/t'
const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const of = (query: string): Record<string, string> => ({ ...asking, 'x-headgate-query-id': query })

/** Writes and reads one object below the location of the table with the issued keys. */
async function useKeys(credential: Credential, name: string): Promise<void> {
  const file = keyBelow(textAt((await server.send('GET', table)).json, 'metadata', 'location'), name)
  const s3 = storageClient(credential)
  await s3.send(new PutObjectCommand({ ...file, Body: name }))
  await s3.send(new HeadObjectCommand(file))
  s3.destroy()
}

const events = statement(
  'test_query_events',
  `select operation, query_id as "queryId" from audit where object like '%/' || $1 order by id`,
)

/** Returns the query id in the audit event that the gateway wrote for an object. */
async function recorded(name: string): Promise<unknown> {
  const recording = (): Promise<unknown> => server.sql.run(events, [name])
  await expect.poll(recording).toHaveLength(2)
  return recording()
}

test('audit events of the gateway contain the id of the query that requested the keys', async () => {
  const [one, two] = [of('query-1'), of('query-2')]
  const first = readCredential(await server.send('GET', table, undefined, one))
  const second = readCredential(await server.send('GET', table, undefined, two))
  const again = readCredential(await server.send('GET', table, undefined, one))
  expect(second.config).not.toEqual(first.config)
  expect(again.config).toEqual(first.config)
  await useKeys(first, 'of-1')
  await useKeys(second, 'of-2')
  const of1 = { queryId: 'query-1' }
  expect(await recorded('of-1')).toMatchObject([
    { operation: 's3.PutObject', ...of1 },
    { operation: 's3.HeadObject', ...of1 },
  ])
  expect(await recorded('of-2')).toMatchObject([{ queryId: 'query-2' }, { queryId: 'query-2' }])
})

test('refreshed keys keep the query id, also when the refresh request contains none', async () => {
  const { token } = readCredential(await server.send('GET', table, undefined, of('query-3')))
  const renewed = await server.send('GET', `${table}/credentials?storageRefreshToken=${token}`)
  expect(renewed.status).toBe(200)
  await useKeys(readCredential(renewed), 'of-3')
  expect(await recorded('of-3')).toMatchObject([{ queryId: 'query-3' }, { queryId: 'query-3' }])
  const renewals = statement(
    'test_renewal_events',
    `select query_id as "queryId" from audit where operation = 'loadCredentials' order by id desc limit 1`,
  )
  expect(await server.sql.run(renewals)).toEqual([{ queryId: 'query-3' }])
})

test('audit events of the gateway contain no query id when the request for the keys contained none', async () => {
  await useKeys(readCredential(await server.send('GET', table, undefined, asking)), 'of-none')
  expect(await recorded('of-none')).toMatchObject([{ queryId: null }, { queryId: null }])
})
