import { expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { testServer } from '../server.ts'

const addresses = statement(
  'test_addresses',
  `select operation, detail ->> 'address' as address from audit where operation = any($1) order by id`,
)

test('The audit log contains the address of the client behind a trusted proxy, for changes and reads', async () => {
  const trustedProxies = { networks: ['127.0.0.1'], header: 'forwarded' } as const
  await using server = await testServer({ trustedProxies, auditReads: 'store' })
  const headers = { forwarded: 'for=6.6.6.6, for="[2001:db8::7]:4711"', 'x-forwarded-for': '6.6.6.6' }
  await server.send('POST', 'namespaces', { namespace: ['sales'] }, headers)
  await server.send('GET', 'namespaces/sales', undefined, headers)
  await expect
    .poll(() => server.sql.run(addresses, [['createNamespace', 'loadNamespaceMetadata']]))
    .toEqual([
      { operation: 'createNamespace', address: '2001:db8::7' },
      { operation: 'loadNamespaceMetadata', address: '2001:db8::7' },
    ])
})
