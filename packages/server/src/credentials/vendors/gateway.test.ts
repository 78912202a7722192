import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { AuditLog } from '../../events/audit-log.ts'
import { Listener } from '../../http/listener.ts'
import { RequestMetrics } from '../../http/metrics.ts'
import { createS3Endpoint } from '../../s3/endpoint.ts'
import type { StoragePermission } from '../storage-grant.ts'
import { GatewayAuthorizer } from '../gateway-authorizer.ts'
import { TestLake, type TestTable } from '../../../test/credentials/lake.ts'
import { vendorContract } from '../../../test/credentials/vendors/vendor-contract.ts'

/** Opens a storage gateway for the directory of a test lake, with the real authorizer. */
async function openGateway(): Promise<{ lake: TestLake; stack: AsyncDisposableStack }> {
  await using stack = new AsyncDisposableStack()
  const lake = stack.use(await TestLake.open())
  const { ring, sql, policies, warehouses } = lake
  const endpoint = createS3Endpoint({
    ring,
    sessions: new GatewayAuthorizer({ sql, policies, warehouses, anonymous: false }),
    regions: ['us-east-1'],
    log: pino({ level: 'silent' }),
    audit: new AuditLog({ mode: 'off', write: () => undefined }),
    metrics: new RequestMetrics(),
    limits: { maxConcurrentRequests: 100, maxObjectPartBytes: 1024 ** 2, requestTimeoutMs: 10_000 },
    now: Date.now,
  })
  const listener = await Listener.open(
    {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      maxHeaderBytes: 32_768,
      requestTimeoutMs: 0,
      asksFirst: true,
      endsWithClient: true,
    },
    endpoint,
  )
  stack.defer(() => listener.close(0))
  lake.gatewayUrl = `http://127.0.0.1:${listener.port}`
  return { lake, stack: stack.move() }
}

vendorContract('gateway of a directory', async () => {
  const { lake, stack } = await openGateway()
  const tables = new Map<string, TestTable>()
  const principals = { read: await lake.principal('reader'), 'read-write': await lake.principal('writer') }
  return {
    bucket: 'lake',
    otherBucket: 'other',
    wildcardNames: true,
    async vend(prefixes, access: StoragePermission) {
      const key = prefixes.join(' ')
      const known = tables.get(key)
      // Two tables cannot have the same location, so the current table is moved.
      for (const [other, table] of tables) {
        const overlaps = table.prefixes.some((place) =>
          prefixes.some((prefix) => prefix.startsWith(place) || place.startsWith(prefix)),
        )
        if (!overlaps || other === key) continue
        await lake.change('remove', table.id)
        tables.delete(other)
      }
      const table = known ?? (await lake.table(`t${tables.size}-${Math.random()}`, prefixes))
      tables.set(key, table)
      const caller = principals[access]
      await lake.grant(access === 'read' ? 'select' : 'modify', caller, table)
      const { config } = await lake.load(table, caller, access)
      return { config, expiresAt: Number(config['s3.session-token-expires-at-ms']) }
    },
    async seed(bucket, key) {
      if (bucket === 'lake')
        await (await lake.warehouse()).storage.put(`s3://lake/${key}`, Buffer.from('seed'))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
})

describe('The storage gateway', () => {
  test('refuses the next request after the privilege was revoked, although the keys have not expired', async () => {
    const { lake, stack } = await openGateway()
    await using _ = stack
    const sdk = await import('@aws-sdk/client-s3')
    const alice = await lake.principal('alice')
    const table = await lake.table('orders')
    await lake.grant('modify', alice, table)
    const { config } = await lake.load(table, alice)
    const client = new sdk.S3Client({
      region: 'us-east-1',
      endpoint: lake.gatewayUrl,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: {
        accessKeyId: config['s3.access-key-id'] ?? '',
        secretAccessKey: config['s3.secret-access-key'] ?? '',
        sessionToken: config['s3.session-token'] ?? '',
      },
    })
    const put = (): Promise<unknown> =>
      client.send(new sdk.PutObjectCommand({ Bucket: 'lake', Key: 'orders/a', Body: 'x' }))
    await put()
    await lake.revokeAll(alice)
    await expect(put()).rejects.toMatchObject({ name: 'AccessDenied' })
    client.destroy()
  })
})
