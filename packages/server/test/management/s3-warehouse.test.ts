import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bare, testTable } from '../jobs/purge/table.ts'
import { relationExists, startTestJobs, until } from '../jobs/jobs.ts'
import type { Storage } from '@headgate/storage'
import { findMinio, needsMinio, startMinio } from '@headgate/testkit'
import { insertNamespace } from '../../src/store/namespaces.ts'
import { policyVersion } from '../../src/store/policies.ts'
import { testWarehouseManagement } from './warehouse-management.ts'

describe.skipIf(findMinio() === undefined)(needsMinio('a warehouse on S3 (MinIO)'), () => {
  it(
    'a warehouse on S3 can be validated, created, used, purged and given new keys, with locations in several buckets',
    { timeout: 60_000 },
    async () => {
      await using minio = await startMinio({ buckets: ['lake', 'other'] })
      await using fixture = await testWarehouseManagement()
      const { sql } = fixture.deps
      const { endpoint, region, accessKeyId, secretAccessKey } = minio
      const place = { type: 's3', bucket: 'lake', prefix: 'wh', endpoint, region }
      const wrong = { ...place, accessKeyId, secretAccessKey: 'not-the-secret' }
      const admin = fixture.server.admin
      const refused = await fixture.as(admin, 'POST /warehouses', { name: 's3', storage: wrong })
      expect(refused).toMatchObject({ status: 400 })
      expect(refused.body.error.message).toContain('writing failed')
      const created = await fixture.as(admin, 'POST /warehouses', {
        name: 's3',
        storage: { ...place, accessKeyId, secretAccessKey },
        allowedLocations: ['s3://other/shared'],
      })
      expect(created).toMatchObject({ status: 201, body: { hasSecret: true } })
      expect(await fixture.as(admin, 'POST /warehouses/s3/validate')).toMatchObject({ status: 204 })

      const warehouse = await fixture.deps.warehouses.get('s3')
      if (warehouse === null) throw new Error('not made')
      expect(warehouse.root).toBe('s3://lake/wh')
      const { storage } = warehouse
      const namespaceId = randomUUID()
      const record = { ...bare, policyVersion: await policyVersion(sql) }
      const namespace = {
        id: namespaceId,
        warehouseId: warehouse.id,
        parentId: null,
        levels: ['sales'],
        ownerId: randomUUID(),
        properties: {},
      }
      await insertNamespace(sql, namespace, record)
      const imported = 's3://other/shared/imported.parquet'
      await storage.put(imported, Buffer.from('x'))
      const forbidden = 's3://other/private/x'
      await expect(storage.put(forbidden, Buffer.from('x'))).rejects.toMatchObject({ code: 'forbidden' })
      const at = { warehouseId: warehouse.id, namespaceId, root: warehouse.root }
      const kept = await testTable(sql, storage, at, { snapshots: 1, record })
      const table = await testTable(sql, storage, at, {
        named: [imported, forbidden],
        record,
        drop: { purge: true },
      })
      await storage.put(`${table.location}/data/left-over`, Buffer.from('x'))
      await using _ = startTestJobs(fixture.deps)
      await until(async () => !(await relationExists(sql, table.id)))
      // The purge deletes files below the locations that the table claims, and no other files that its
      // manifests name.
      expect(
        [...(await all(storage, 's3://lake/wh/')), ...(await all(storage, 's3://other/shared/'))].toSorted(),
      ).toEqual([...kept.files, imported].toSorted())

      const keys = { accessKeyId, secretAccessKey: 'not-the-secret' }
      expect(await fixture.as(admin, 'PATCH /warehouses/s3', { storageKeys: keys })).toMatchObject({
        status: 400,
      })
      expect(
        await fixture.as(admin, 'PATCH /warehouses/s3', { storageKeys: { ...keys, secretAccessKey } }),
      ).toMatchObject({
        status: 200,
        body: { name: 's3', hasSecret: true },
      })
    },
  )
})

async function all(storage: Storage, prefix: string): Promise<string[]> {
  const found: string[] = []
  for await (const entry of storage.list(prefix)) found.push(entry.location)
  return found
}
