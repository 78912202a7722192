import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { AuditLog } from '../../events/audit-log.ts'
import { Listener } from '../../http/listener.ts'
import { RequestMetrics } from '../../http/metrics.ts'
import { createS3Endpoint } from '../../s3/endpoint.ts'
import type { StoragePermission } from '../storage-grant.ts'
import { GatewayAuthorizer } from '../gateway-authorizer.ts'
import { CredentialFixture, type TestTable } from '../../../test/credentials/credential-fixture.ts'
import { vendorContract } from '../../../test/credentials/vendors/vendor-contract.ts'

/** Opens a storage gateway for the directory of a test warehouse, with the real session authorizer. */
async function openGateway(): Promise<{ fixture: CredentialFixture; stack: AsyncDisposableStack }> {
  await using stack = new AsyncDisposableStack()
  const fixture = stack.use(await CredentialFixture.open())
  const { ring, sql, policies, warehouses } = fixture
  const endpoint = createS3Endpoint({
    ring,
    authorizer: new GatewayAuthorizer({ sql, policies, warehouses, anonymous: false }),
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
  fixture.gatewayUrl = `http://127.0.0.1:${listener.port}`
  return { fixture, stack: stack.move() }
}

vendorContract('gateway of a directory', async () => {
  const { fixture, stack } = await openGateway()
  const tables = new Map<string, TestTable>()
  const principals = {
    read: await fixture.principal('reader'),
    'read-write': await fixture.principal('writer'),
  }
  return {
    bucket: 'lake',
    otherBucket: 'other',
    wildcardNames: true,
    async vend(prefixes, access: StoragePermission) {
      const key = prefixes.join(' ')
      const known = tables.get(key)
      // Two tables cannot have overlapping locations, so the test first removes the tables that overlap the new one.
      for (const [other, table] of tables) {
        const overlaps = table.prefixes.some((place) =>
          prefixes.some((prefix) => prefix.startsWith(place) || place.startsWith(prefix)),
        )
        if (!overlaps || other === key) continue
        await fixture.change('remove', table.id)
        tables.delete(other)
      }
      const table = known ?? (await fixture.table(`t${tables.size}-${Math.random()}`, prefixes))
      tables.set(key, table)
      const caller = principals[access]
      await fixture.grant(access === 'read' ? 'select' : 'modify', caller, table)
      const { config } = await fixture.load(table, caller, access)
      return { config, expiresAt: Number(config['s3.session-token-expires-at-ms']) }
    },
    async seed(bucket, key) {
      if (bucket === 'lake')
        await (await fixture.warehouse()).storage.put(`s3://lake/${key}`, Buffer.from('seed'))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
})

describe('The storage gateway', () => {
  test('The storage gateway refuses the next request after the privilege was revoked, although the keys have not expired yet', async () => {
    const { fixture, stack } = await openGateway()
    await using _ = stack
    const sdk = await import('@aws-sdk/client-s3')
    const alice = await fixture.principal('alice')
    const table = await fixture.table('orders')
    await fixture.grant('modify', alice, table)
    const { config } = await fixture.load(table, alice)
    const client = new sdk.S3Client({
      region: 'us-east-1',
      endpoint: fixture.gatewayUrl,
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
    await fixture.revokeAll(alice)
    await expect(put()).rejects.toMatchObject({ name: 'AccessDenied' })
    client.destroy()
  })
})
