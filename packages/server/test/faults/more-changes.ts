import { expect } from 'vitest'
import type { JsonObject } from '@headgate/json'
import {
  append,
  readLocation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
  viewBody,
} from '../iceberg/tables.ts'
import type { Change, Prepare, Request } from './attempts.ts'
import { commitRequest, create, done, load, mainIs, tables } from './changes.ts'
import type { Client } from './fault-fixture.ts'
import type { TimedResponse } from './send.ts'

const views = 'namespaces/k/views'

function registration(name: string, file: string, more: JsonObject = {}): Request {
  return { method: 'POST', path: 'namespaces/k/register', body: { name, 'metadata-location': file, ...more } }
}

/** Returns a change after which the name belongs to the table that has this UUID and metadata file. */
function naming(client: Client, name: string, request: Request, table: TimedResponse): Change {
  return {
    request,
    async look() {
      const response = await load(client, name)
      if (response === null) return false
      expect(readMetadataLocation(response)).toBe(readMetadataLocation(table))
      expect(readMetadata(response)['table-uuid']).toBe(readMetadata(table)['table-uuid'])
      return true
    },
    async goOn() {
      await done(client, commitRequest(name, append(1, 1), [mainIs(null)]))
      const location = `${readLocation(table)}/below`
      const overlapping = await client.send('POST', tables, { name: `${name}_thief`, schema, location })
      expect(overlapping?.status).toBe(400)
    },
  }
}

/** Prepares the registration of a metadata file of an unregistered table. */
export const register: Prepare = async (client, name) => {
  const table = await create(client, `${name}_before`)
  await done(client, { method: 'POST', path: `${tables}/${name}_before/unregister` })
  return naming(client, name, registration(name, readMetadataLocation(table)), table)
}

/** Prepares the registration of the file of a dropped table, which restores the table. */
export const restore: Prepare = async (client, name) => {
  const table = await create(client, name)
  await done(client, { method: 'DELETE', path: `${tables}/${name}` })
  return naming(client, name, registration(name, readMetadataLocation(table)), table)
}

/** Prepares the registration of an older metadata file, at another location, over the newer one. */
export const registerOver: Prepare = async (client, name) => {
  const first = await create(client, name)
  const old = readMetadataLocation(first)
  const place = `${readLocation(first).slice(0, readLocation(first).lastIndexOf('/'))}/over-${name}`
  const second = await done(
    client,
    commitRequest(name, [{ action: 'set-location', location: place }, setProperties({ a: '1' })]),
  )
  return {
    request: registration(name, old, { overwrite: true }),
    async look() {
      const response = await load(client, name)
      if (response === null) throw new Error(`${name} does not exist`)
      const file = readMetadataLocation(response)
      expect(file).toBeOneOf([old, readMetadataLocation(second)])
      return file === old
    },
    async goOn() {
      await done(client, commitRequest(name, append(1, 1), [mainIs(null)]))
      await done(client, commitRequest(name, [{ action: 'set-location', location: place }]))
    },
  }
}

/** Prepares an unregistering: the row is deleted immediately, and the files remain with the caller. */
export const unregister: Prepare = async (client, name) => {
  const table = await create(client, name)
  return {
    request: { method: 'POST', path: `${tables}/${name}/unregister` },
    look: async () => (await load(client, name)) === null,
    async goOn() {
      await done(client, registration(name, readMetadataLocation(table)))
    },
  }
}

async function lookAt(client: Client, path: string): Promise<TimedResponse | null> {
  const response = await client.send('GET', path)
  expect(response?.status).toBeOneOf([200, 404])
  return response?.status === 200 ? response : null
}

export const createView: Prepare = (client, name) =>
  Promise.resolve({
    request: { method: 'POST', path: views, body: viewBody(name) },
    look: async () => (await lookAt(client, `${views}/${name}`)) !== null,
    async goOn() {
      await done(client, viewCommit(name, { a: '1' }))
    },
  })

function viewCommit(name: string, properties: Readonly<Record<string, string>>): Request {
  return {
    method: 'POST',
    path: `${views}/${name}`,
    body: { requirements: [], updates: [setProperties(properties)] },
  }
}

export const commitToView: Prepare = async (client, name) => {
  await done(client, { method: 'POST', path: views, body: viewBody(name) })
  return {
    request: viewCommit(name, { a: '1' }),
    async look() {
      const response = await lookAt(client, `${views}/${name}`)
      if (response === null) throw new Error(`${name} does not exist`)
      const { properties } = readMetadata(response)
      expect(properties ?? {}).toBeOneOf([{}, { a: '1' }])
      return (properties as JsonObject | undefined)?.['a'] === '1'
    },
    async goOn() {
      await done(client, viewCommit(name, { a: '2' }))
    },
  }
}

export const createNamespace: Prepare = (client, name) =>
  Promise.resolve({
    request: { method: 'POST', path: 'namespaces', body: { namespace: [name], properties: { a: '1' } } },
    look: async () => (await lookAt(client, `namespaces/${name}`)) !== null,
    async goOn() {
      await done(client, { method: 'DELETE', path: `namespaces/${name}` })
    },
  })

export const changeNamespace: Prepare = async (client, name) => {
  await done(client, {
    method: 'POST',
    path: 'namespaces',
    body: { namespace: [name], properties: { a: '1' } },
  })
  return {
    request: {
      method: 'POST',
      path: `namespaces/${name}/properties`,
      body: { removals: ['a'], updates: { b: '2' } },
    },
    async look() {
      const response = await lookAt(client, `namespaces/${name}`)
      if (response === null) throw new Error(`${name} does not exist`)
      const { properties } = response.json as { properties: JsonObject }
      expect(properties).toBeOneOf([{ a: '1' }, { b: '2' }])
      return properties['b'] === '2'
    },
    async goOn() {
      await done(client, { method: 'DELETE', path: `namespaces/${name}` })
    },
  }
}

export const dropNamespace: Prepare = async (client, name) => {
  const request = { method: 'POST', path: 'namespaces', body: { namespace: [name] } }
  await done(client, request)
  return {
    request: { method: 'DELETE', path: `namespaces/${name}` },
    look: async () => (await lookAt(client, `namespaces/${name}`)) === null,
    async goOn() {
      await done(client, request)
    },
  }
}
