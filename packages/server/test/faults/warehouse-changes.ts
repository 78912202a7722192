import type { JsonObject } from '@headgate/json'
import { expect } from 'vitest'
import { viewBody } from '../iceberg/tables.ts'
import type { Prepare, Request } from './attempts.ts'
import { create, done, tables } from './changes.ts'
import type { Client } from './fault-fixture.ts'

const warehouses = '/management/v1/warehouses'

/** Returns an object in the management API, or null when it does not exist. */
export async function shown(client: Client, path: string): Promise<JsonObject | null> {
  const response = await client.send('GET', path)
  expect(response?.status, path).toBeOneOf([200, 404])
  return response?.status === 200 ? (response.json as JsonObject) : null
}

async function creation(client: Client, name: string): Promise<Request> {
  const { storage } = (await shown(client, `${warehouses}/lakehouse`)) ?? {}
  const root = `${String(Object(storage).root)}s/${name}`
  return { method: 'POST', path: warehouses, body: { name, storage: { type: 'file', root } } }
}

/** Creates and drops objects in a warehouse, to check that the warehouse works. */
async function use(client: Client, name: string): Promise<void> {
  const path = `/v1/${name}/namespaces`
  await done(client, { method: 'POST', path, body: { namespace: ['n'] } })
  await done(client, { method: 'POST', path: `${path}/n/views`, body: viewBody('v') })
  await done(client, { method: 'DELETE', path: `${path}/n/views/v` })
}

export const createWarehouse: Prepare = async (client, label) => {
  const name = label.toLowerCase()
  return {
    request: await creation(client, name),
    repeated: [201, 409],
    async look() {
      const config = await client.send('GET', `/v1/config?warehouse=${name}`)
      const there = (await shown(client, `${warehouses}/${name}`)) !== null
      expect(config?.status).toBe(there ? 200 : 404)
      return there
    },
    goOn: () => use(client, name),
  }
}

export const changeWarehouse: Prepare = async (client, label) => {
  const name = label.toLowerCase()
  await done(client, await creation(client, name))
  return {
    request: {
      method: 'PATCH',
      path: `${warehouses}/${name}`,
      body: { retentionSeconds: 60, defaults: { a: '1' }, protected: true },
    },
    async look() {
      const view = await shown(client, `${warehouses}/${name}`)
      const state = [view?.['retentionSeconds'], view?.['defaults'], view?.['protected']]
      expect(state).toBeOneOf([
        [604_800, {}, false],
        [60, { a: '1' }, true],
      ])
      return state[0] === 60
    },
    goOn: () => use(client, name),
  }
}

export const deleteWarehouse: Prepare = async (client, label) => {
  const name = label.toLowerCase()
  const again = await creation(client, name)
  await done(client, again)
  return {
    request: { method: 'DELETE', path: `${warehouses}/${name}` },
    repeated: [404],
    look: async () => (await shown(client, `${warehouses}/${name}`)) === null,
    async goOn() {
      await done(client, again)
      await use(client, name)
    },
  }
}

/** Prepares a protection of a warehouse, a namespace or a table, and checks that it is effective. */
export function protect(kind: 'warehouse' | 'namespace' | 'relation'): Prepare {
  return async (client, label) => {
    const name = label.toLowerCase()
    const { what, where, remove } = await protectable(client, kind, name)
    const path = `${where}/protection`
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(what))
      query.set(key, typeof value === 'string' ? value : value.join('.'))
    return {
      request: { method: 'PUT', path, body: { ...what, protected: true } },
      async look() {
        const view = await shown(client, where + (kind === 'warehouse' ? '' : `/${kind}?${query.toString()}`))
        return (view?.['protected'] ?? null) === true
      },
      async goOn() {
        expect((await client.send(remove.method, remove.path))?.status).toBe(403)
        await done(client, { method: 'PUT', path, body: { ...what, protected: false } })
        await done(client, remove)
      },
    }
  }
}

async function protectable(
  client: Client,
  kind: 'warehouse' | 'namespace' | 'relation',
  name: string,
): Promise<{ what: Readonly<Record<string, string | string[]>>; where: string; remove: Request }> {
  const where = `${warehouses}/lakehouse`
  if (kind === 'warehouse') {
    await done(client, await creation(client, name))
    const own = `${warehouses}/${name}`
    return { what: {}, where: own, remove: { method: 'DELETE', path: own } }
  }
  if (kind === 'namespace') {
    await done(client, { method: 'POST', path: 'namespaces', body: { namespace: [name] } })
    return { what: { namespace: [name] }, where, remove: { method: 'DELETE', path: `namespaces/${name}` } }
  }
  await create(client, name)
  return {
    what: { namespace: ['k'], relation: name },
    where,
    remove: { method: 'DELETE', path: `${tables}/${name}` },
  }
}
