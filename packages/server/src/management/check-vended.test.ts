import type { JsonObject } from '@headgate/json'
import { findMinio, type Minio, needsMinio, startMinio } from '@headgate/testkit'
import { describe, expect, it } from 'vitest'
import type { Warehouse } from '../catalog/warehouses.ts'
import { StaticVendor } from '../credentials/vendors/static.ts'
import { StorageKeys } from '../credentials/vendors/storage-keys.ts'
import { StsVendor } from '../credentials/vendors/sts.ts'
import { CredentialCache } from '../credentials/credential-cache.ts'
import type { CredentialVendor } from '../credentials/storage-credential.ts'
import type { Operation } from '../operation/operation.ts'
import { loopbackEndpoints } from '../../../storage/test/endpoints.ts'
import { vendingCheck } from './check-vended.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import { warehouseCheckOperations } from './warehouse-check.ts'

/** Returns the operation checkWarehouse of a server that issues storage credentials with these vendors. */
function checkOperation(
  fixture: TestWarehouseManagement,
  vendors: Readonly<Record<string, CredentialVendor>>,
): Operation {
  const credentials = new CredentialCache({ vendors, minLifeMs: 900_000 })
  const storageKeys = new StorageKeys()
  const deps = {
    ...fixture.deps,
    checkVending: vendingCheck({
      credentials,
      storageKeys,
      gatewayUrl: null,
      endpoints: loopbackEndpoints(),
    }),
  }
  const [operation] = warehouseCheckOperations(deps)
  if (operation === undefined) throw new Error('no operation')
  return operation
}

/**
 * Returns the findings in a short form. It contains no result for unsigned writes, because this result depends
 * on the version of MinIO.
 */
const brief = (findings: readonly { readonly name: string; readonly ok: boolean }[]): string[] =>
  findings.map(({ name, ok }) => (name === 'unsigned' ? name : `${name} ${ok ? 'ok' : 'not ok'}`))
const storageSteps = ['endpoint ok', 'clock ok', 'write ok', 'read ok', 'list ok', 'delete ok']

/** Issues keys without restrictions, which has the same effect as an object store that ignores session policies. */
class Careless implements CredentialVendor {
  mint(
    { warehouse }: Parameters<CredentialVendor['mint']>[0],
    expiresAt: number,
  ): ReturnType<CredentialVendor['mint']> {
    const keys = warehouse.store?.keys()
    return Promise.resolve({
      config: {
        ...warehouse.hints,
        's3.access-key-id': keys?.accessKeyId ?? '',
        's3.secret-access-key': keys?.secretAccessKey ?? '',
      },
      expiresAt,
    })
  }
}

/** Returns the storage profile of a warehouse in its bucket. */
function storageOn({ endpoint, region, accessKeyId, secretAccessKey }: Minio): JsonObject {
  return { type: 's3', bucket: 'lake', prefix: 'wh', endpoint, region, accessKeyId, secretAccessKey }
}

describe.skipIf(findMinio() === undefined)(needsMinio('checkWarehouse for vended access (MinIO)'), () => {
  it(
    'checkWarehouse reports that the keys work only in their own location, and leaves no file there',
    { timeout: 60_000 },
    async () => {
      await using minio = await startMinio({ buckets: ['lake'] })
      await using fixture = await testWarehouseManagement()
      const storage = storageOn(minio)
      const { admin } = fixture.server
      const created = await fixture.as(admin, 'POST /warehouses', {
        name: 'wh',
        storage,
        vending: { mode: 'sts' },
      })
      expect(created).toMatchObject({ status: 201 })
      const check = async (vendors: Readonly<Record<string, CredentialVendor>>): Promise<string[]> =>
        brief(
          (await fixture.server.run(admin, checkOperation(fixture, vendors), undefined, { warehouse: 'wh' }))
            .body.findings,
        )

      expect(await check({ sts: new StsVendor() })).toEqual([
        ...storageSteps,
        'vend ok',
        'inside ok',
        'outside ok',
        'read only ok',
        'unsigned',
      ])
      expect(await check({ sts: new Careless() })).toEqual([
        ...storageSteps,
        'vend ok',
        'inside ok',
        'outside not ok',
        'read only not ok',
        'unsigned',
      ])
      expect(await check({})).toEqual([...storageSteps, 'vend not ok'])

      const warehouse = await fixture.deps.warehouses.get('wh')
      expect(await left(warehouse)).toEqual([])

      await fixture.as(admin, 'PATCH /warehouses/wh', { vending: { mode: 'gateway' } })
      expect(await check({})).toEqual([...storageSteps, 'vend not ok'])
      await fixture.as(admin, 'PATCH /warehouses/wh', {
        vending: { mode: 'static', longLivedKeysMayLeaveTheServer: true },
      })
      expect(await check({ static: new StaticVendor() })).toEqual([...storageSteps, 'vend ok'])
      await fixture.as(admin, 'PATCH /warehouses/wh', { vending: { mode: 'remote-signing' } })
      expect(await check({})).toEqual([...storageSteps, 'sign ok', 'outside ok', 'unsigned'])
      expect(await left(warehouse)).toEqual([])
      await fixture.as(admin, 'PATCH /warehouses/wh', { vending: { mode: 'none' } })
      expect(await check({})).toEqual(storageSteps)
    },
  )

  it('checkWarehouse returns the error message of the token service', { timeout: 60_000 }, async () => {
    await using minio = await startMinio({ buckets: ['lake'] })
    await using fixture = await testWarehouseManagement()
    const storage = storageOn(minio)
    const { admin } = fixture.server
    const vending = { mode: 'sts', stsEndpoint: 'http://127.0.0.1:1' }
    await fixture.as(admin, 'POST /warehouses', { name: 'wh', storage, vending })
    const operation = checkOperation(fixture, { sts: new StsVendor() })
    const { body } = await fixture.server.run(admin, operation, undefined, { warehouse: 'wh' })
    expect(body.findings.at(-1)).toMatchObject({ name: 'vend', ok: false })
    expect(JSON.stringify(body)).not.toContain(minio.secretAccessKey)
  })
})

async function left(warehouse: Warehouse | null): Promise<string[]> {
  const found: string[] = []
  for await (const { location } of warehouse?.storage.list('s3://lake/wh/') ?? []) found.push(location)
  return found
}
