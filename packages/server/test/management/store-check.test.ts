import { randomBytes, randomUUID } from 'node:crypto'
import { FaultProxy, findMinio, type Minio, needsMinio, startMinio } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareStores } from '../../src/catalog/compare-stores.ts'
import { openProfile } from '../../src/catalog/storage-secret.ts'
import { probeFolder } from '../../src/catalog/store-probe.ts'
import type { Warehouse } from '../../src/catalog/warehouses.ts'
import { replaceMethods } from '../faults/replace-methods.ts'
import { EndpointGuard } from '@headgate/storage'
import { findWarehouse } from '../../src/store/warehouses.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

const rules = { named: ['127.0.0.0/8', '::1', 'localhost'], loopback: false }

describe.skipIf(findMinio() === undefined)(needsMinio('one bucket under two endpoints (MinIO)'), () => {
  let minio: Minio
  let proxy: FaultProxy
  let fixture: TestWarehouseManagement
  beforeAll(async () => {
    minio = await startMinio({ buckets: ['lake', 'elsewhere'] })
    proxy = await FaultProxy.start({ port: minio.port })
    fixture = await testWarehouseManagement(rules)
    await warehouse('direct', minio.endpoint, 'lake/direct')
    await warehouse('proxied', `http://localhost:${proxy.port}`, 'lake/proxied')
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await minio[Symbol.asyncDispose]()
  })

  const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

  function create(name: string, endpoint: string, place: string): Promise<Reply> {
    const [bucket, prefix] = place.split('/')
    const { region, accessKeyId, secretAccessKey } = minio
    const storage = { type: 's3', bucket, prefix, endpoint, region, accessKeyId, secretAccessKey }
    return admin('POST /warehouses', { name, storage })
  }

  async function warehouse(name: string, endpoint: string, place: string): Promise<void> {
    expect(await create(name, endpoint, place)).toMatchObject({ status: 201 })
  }

  async function findings(
    name: string,
    who = fixture.server.admin,
  ): Promise<{ ok: boolean; message: string }[]> {
    const { body } = await fixture.as(who, `POST /warehouses/${name}/check`)
    return (body.findings as unknown as { name: string; ok: boolean; message: string }[]).filter(
      (finding) => finding.name === 'store',
    )
  }

  async function opened(name: string): Promise<Warehouse> {
    const warehouse = await fixture.deps.warehouses.get(name)
    if (warehouse === null) throw new Error(`no warehouse ${name}`)
    return warehouse
  }

  async function probes(name: string): Promise<string[]> {
    const { storage, root } = await opened(name)
    const found: string[] = []
    for await (const { location } of storage.list(probeFolder(root))) found.push(location)
    return found
  }

  test('127.0.0.1 and localhost are one endpoint: a location of one warehouse is refused for another warehouse under the other name', async () => {
    const other = minio.endpoint.replace('127.0.0.1', 'localhost')
    expect(other).not.toBe(minio.endpoint)
    expect(await create('again', other, 'lake/direct')).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('a location of warehouse direct') as string } },
    })
  })

  test('a warehouse check finds an object store that has two store names, and the command in its message sets one name for the store', async () => {
    const store = `localhost-${minio.port}`
    const [found, ...more] = await findings('direct')
    expect(more).toEqual([])
    expect(found).toMatchObject({ ok: false })
    expect(found?.message).toBe(
      `Warehouses direct and proxied reach the bucket lake under two store names (localhost:${minio.port} and localhost:${proxy.port}), so the server cannot detect overlaps between their locations. Give the store one name: headgate warehouse update direct --store ${store} && headgate warehouse update proxied --store ${store}`,
    )
    expect(await admin('PATCH /warehouses/direct', { store })).toMatchObject({ status: 200 })
    const [half] = await findings('proxied')
    expect(half?.message).toMatch(new RegExp(`: headgate warehouse update proxied --store ${store}$`))
    const [fromNamed] = await findings('direct')
    expect(fromNamed?.message).toMatch(new RegExp(`: headgate warehouse update proxied --store ${store}$`))
    expect(await admin('PATCH /warehouses/proxied', { store })).toMatchObject({ status: 200 })
    expect(await findings('direct')).toEqual([])
    expect(await findings('proxied')).toEqual([])
    expect(await probes('direct')).toEqual([])
    for (const name of ['direct', 'proxied'])
      expect(await admin(`PATCH /warehouses/${name}`, { store: null })).toMatchObject({ status: 200 })
  })

  test('a warehouse check names another warehouse only to callers that administer the storage of the other warehouse', async () => {
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: 'direct' } })
    const [found] = await findings('direct', manager)
    expect(found).toMatchObject({ ok: false })
    expect(found?.message).toContain('direct and another warehouse reach the bucket lake')
    expect(found?.message).not.toContain('proxied')
    const stranger = await fixture.principal({ privilege: 'use', on: { warehouse: 'direct' } })
    expect(await fixture.as(stranger, 'POST /warehouses/direct/check')).toMatchObject({ status: 403 })
  })

  test('a warehouse check passes for equal bucket names on two object stores, and when one store does not answer', async () => {
    await using second = await startMinio({ buckets: ['elsewhere'] })
    await using gone = await FaultProxy.start({ port: second.port })
    await warehouse('here', minio.endpoint, 'elsewhere/here')
    await warehouse('there', `http://127.0.0.1:${gone.port}`, 'elsewhere/there')
    expect(await findings('here')).toEqual([
      {
        name: 'store',
        ok: true,
        message: 'No other warehouse uses the same bucket elsewhere with another endpoint or store name.',
      },
    ])
    gone.faults = { hang: true }
    const began = Date.now()
    const [found] = await findings('here')
    expect(found).toMatchObject({ ok: true })
    expect(found?.message).toMatch(/ 1 of the tried warehouses could not be checked \(there\): /)
    expect(Date.now() - began).toBeLessThan(15_000)
    for (const name of ['here', 'there']) await admin(`DELETE /warehouses/${name}`)
  })

  test('a warehouse check sends requests for at most three warehouses of one object store', async () => {
    const endpoint = `http://localhost:${proxy.port}`
    for (let n = 0; n < 5; n += 1) await warehouse(`more-${n}`, endpoint, `lake/more-${n}`)
    proxy.faults = { refuse: true }
    const found = await compared('direct')
    proxy.faults = {}
    expect(found).toMatchObject([
      {
        ok: true,
        message: expect.stringContaining(' 3 of the tried warehouses could not be checked') as string,
      },
    ])
    for (let n = 0; n < 5; n += 1) await admin(`DELETE /warehouses/more-${n}`)
  })

  async function compared(
    name: string,
    more: { now?: () => number; storage?: Warehouse['storage'] } = {},
  ): ReturnType<typeof compareStores> {
    const { sql, master } = fixture.deps
    const row = await findWarehouse(sql, name)
    if (row === null) throw new Error(`no warehouse ${name}`)
    const { storage, root } = await opened(name)
    const { now = Date.now } = more
    const deps = { sql, master, guard: new EndpointGuard(rules), now, mayName: () => true }
    const profile = openProfile(master, row)
    const warehouse = { id: row.id, name, profile, opened: { storage: more.storage ?? storage, root } }
    return compareStores(deps, warehouse, AbortSignal.timeout(30_000))
  }

  test('a warehouse check deletes a probe object that an earlier check left, and no other object', async () => {
    const { storage, root } = await opened('direct')
    const folder = probeFolder(root)
    // Leaves a probe object, as a process does that is killed between the write and the delete of the probe.
    await compared('direct', { storage: replaceMethods(storage, { delete: () => Promise.resolve() }) })
    const [left, ...more] = await probes('direct')
    expect([left?.startsWith(folder), more]).toEqual([true, []])
    const others = [`${folder}${randomUUID()}`, `${folder}notes.txt`, `${folder}below/${randomUUID()}`]
    const [otherSize = '', otherName = '', deeper = ''] = others
    await storage.put(otherSize, Buffer.from('x'))
    await storage.put(otherName, randomBytes(64))
    await storage.put(deeper, randomBytes(64))
    await compared('direct')
    expect(await probes('direct')).toContain(left)
    await compared('direct', { now: () => Date.now() + 2 * 3_600_000 })
    expect(await probes('direct')).toEqual(others.toSorted())
    await storage.deleteMany(others)
  })

  test('the server refuses a table location in the folder of the probe objects', async () => {
    const { claimFor } = await import('../../src/catalog/locations.ts')
    const warehouse = await opened('direct')
    for (const location of [probeFolder(warehouse.root), `${probeFolder(warehouse.root)}t`])
      expect(() => claimFor(warehouse, [location])).toThrow('is in the folder')
    expect(claimFor(warehouse, [`${warehouse.root}/.headgate-store-probe-not`]).locations).toHaveLength(1)
  })
})
