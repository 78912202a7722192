import { expect } from 'vitest'
import type { Json, JsonObject } from '@headgate/json'
import {
  append,
  toCreation,
  readLocation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
} from '../iceberg/tables.ts'
import { type Sql, statement } from '../../src/store/sql.ts'
import type { Change, Prepare, Request } from './attempts.ts'
import type { Client } from './fault-fixture.ts'
import type { TimedResponse } from './send.ts'

const home = 'k'
/** Path of the tables in the namespace that all changes use. */
export const tables: string = `namespaces/${home}/tables`

/** Sends a request that must succeed. */
export async function done(client: Client, request: Request): Promise<TimedResponse> {
  const response = await client.send(request.method, request.path, request.body)
  if (response === null || response.status >= 300)
    throw new Error(`${request.path}: ${response?.status} ${JSON.stringify(response?.json)}`)
  return response
}

export async function createHome(client: Client): Promise<void> {
  await done(client, { method: 'POST', path: 'namespaces', body: { namespace: [home] } })
}

export function create(client: Client, name: string, more: JsonObject = {}): Promise<TimedResponse> {
  return done(client, { method: 'POST', path: tables, body: { name, schema, ...more } })
}

/** Loads a table. Returns null when it does not exist. */
export async function load(client: Client, name: string): Promise<TimedResponse | null> {
  const response = await client.send('GET', `${tables}/${name}`)
  expect(response?.status).toBeOneOf([200, 404])
  return response?.status === 200 ? response : null
}

export function mainIs(snapshotId: number | null): JsonObject {
  return { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': snapshotId }
}

export function commitRequest(
  name: string,
  updates: readonly JsonObject[],
  requirements: readonly JsonObject[] = [],
): Request {
  return { method: 'POST', path: `${tables}/${name}`, body: { requirements, updates: [...updates] } }
}

/**
 * Returns the snapshot ids of a table, the oldest first. Checks the sequence numbers and the version in the
 * metadata file name.
 */
async function history(client: Client, name: string, filesBefore: number): Promise<unknown[]> {
  const response = await load(client, name)
  if (response === null) throw new Error(`${name} does not exist`)
  const snapshots = (readMetadata(response)['snapshots'] ?? []) as { 'snapshot-id': number }[]
  const version = String(snapshots.length + filesBefore).padStart(5, '0')
  expect(readMetadataLocation(response)).toContain(`/metadata/${version}-`)
  return snapshots.map((snapshot) => snapshot['snapshot-id'])
}

/** Prepares a commit to one table. It writes the third metadata file, so that the first one is deleted. */
export const commitToOne: Prepare = async (client, name) => {
  await create(client, name, {
    properties: {
      'write.metadata.delete-after-commit.enabled': 'true',
      'write.metadata.previous-versions-max': '1',
    },
  })
  await done(client, commitRequest(name, [setProperties({ a: '1' })]))
  return {
    request: commitRequest(name, append(1, 1), [mainIs(null)]),
    async look() {
      const ids = await history(client, name, 1)
      expect(ids).toBeOneOf([[], [1]])
      return ids.length === 1
    },
    async goOn() {
      await done(client, commitRequest(name, append(2, 2, 1), [mainIs(1)]))
      expect(await history(client, name, 1)).toEqual([1, 2])
    },
  }
}

/** Prepares a commit that changes the location of the table, and so claims a location. */
export const commitThatMoves: Prepare = async (client, name) => {
  const created = await create(client, name)
  const before = readLocation(created)
  const after = `${before.slice(0, before.lastIndexOf('/'))}/moved-${name}`
  const look = async (): Promise<boolean> => {
    const response = await load(client, name)
    const location = response === null ? '' : readLocation(response)
    expect(location).toBeOneOf([before, after])
    return location === after
  }
  return {
    request: commitRequest(name, [{ action: 'set-location', location: after }]),
    look,
    async goOn() {
      const moved = await look()
      await done(client, commitRequest(name, append(1, 1), [mainIs(null)]))
      await done(client, commitRequest(name, [{ action: 'set-location', location: `${after}-again` }]))
      // The table keeps the claim on its former location. A location that the table never had can be claimed.
      if (!moved) await create(client, `${name}_follower`, { location: after })
    },
  }
}

/** Prepares a transaction with two commits and a staged create. */
export const transaction: Prepare = async (client, name) => {
  const [one, two, three] = [`${name}_1`, `${name}_2`, `${name}_3`]
  await create(client, one)
  await create(client, two)
  const staged = await create(client, three, { 'stage-create': true })
  const changes = [
    ...[one, two].map((table) => ({
      identifier: { namespace: [home], name: table },
      requirements: [mainIs(null)],
      updates: append(1, 1),
    })),
    { identifier: { namespace: [home], name: three }, ...toCreation(staged) },
  ]
  return {
    request: { method: 'POST', path: 'transactions/commit', body: { 'table-changes': changes } },
    async look() {
      const there = [
        (await history(client, one, 0)).length,
        (await history(client, two, 0)).length,
        (await load(client, three)) === null ? 0 : 1,
      ]
      expect(there).toBeOneOf([
        [0, 0, 0],
        [1, 1, 1],
      ])
      return there[0] === 1
    },
    async goOn() {
      for (const table of [one, two]) await done(client, commitRequest(table, append(2, 2, 1), [mainIs(1)]))
      await done(client, commitRequest(three, append(1, 1), [mainIs(null)]))
    },
  }
}

function creation(client: Client, name: string, request: Request, uuid?: Json): Change {
  return {
    request,
    async look() {
      const response = await load(client, name)
      if (response === null) return false
      expect(readMetadataLocation(response)).toContain('/metadata/00000-')
      if (uuid !== undefined) expect(readMetadata(response)['table-uuid']).toBe(uuid)
      return true
    },
    async goOn() {
      await done(client, commitRequest(name, append(1, 1), [mainIs(null)]))
      expect(await history(client, name, 0)).toEqual([1])
    },
  }
}

export const createAnywhere: Prepare = (client, name) =>
  Promise.resolve(creation(client, name, { method: 'POST', path: tables, body: { name, schema } }))

async function placeFor(client: Client, name: string): Promise<string> {
  const neighbour = readLocation(await create(client, `${name}_neighbour`))
  return `${neighbour.slice(0, neighbour.lastIndexOf('/'))}/chosen-${name}`
}

/**
 * Prepares a create at a location that the client chooses. The server compares this location with all claims.
 */
export const createAtPlace: Prepare = async (client, name) => {
  const location = await placeFor(client, name)
  return creation(client, name, { method: 'POST', path: tables, body: { name, schema, location } })
}

const stagedAs = statement('fault_staged', 'select uuid, location from staged_relation where name = $1')

/** Prepares a stage-create, whose effect is visible only in the store, at a chosen or a random location. */
export function stage(sql: () => Sql, chosen: boolean): Prepare {
  return async (client, name) => {
    const place = chosen ? { location: await placeFor(client, name) } : {}
    const rows = (): Promise<{ uuid: string; location: string }[]> => sql().run(stagedAs, [name])
    return {
      request: { method: 'POST', path: tables, body: { name, schema, ...place, 'stage-create': true } },
      async look() {
        const count = (await rows()).length
        expect(count).toBeOneOf([0, 1])
        return count === 1
      },
      async goOn() {
        const [row] = await rows()
        const { requirements, updates } = toCreation({
          status: 200,
          headers: new Headers(),
          json: { metadata: { 'table-uuid': row?.uuid ?? '', location: row?.location ?? '' } },
        })
        const created = await done(client, commitRequest(name, updates, requirements))
        expect(readMetadata(created)['table-uuid']).toBe(row?.uuid)
        expect(await rows()).toEqual([])
      },
    }
  }
}

/** Prepares the commit that completes a staged create. */
export const commitOfStaged: Prepare = async (client, name) => {
  const staged = await create(client, name, { 'stage-create': true })
  const { requirements, updates } = toCreation(staged)
  const uuid = readMetadata(staged)['table-uuid']
  return creation(client, name, commitRequest(name, updates, requirements), uuid)
}

/** Prepares a rename. Both names can be used afterwards. */
export const rename: Prepare = async (client, name) => {
  const uuid = readMetadata(await create(client, name))['table-uuid']
  const to = `${name}_renamed`
  const [source, destination] = [name, to].map((table) => ({ namespace: [home], name: table }))
  return {
    request: {
      method: 'POST',
      path: 'tables/rename',
      body: { source: source ?? null, destination: destination ?? null },
    },
    async look() {
      const uuids = (await Promise.all([name, to].map((table) => load(client, table)))).map((response) =>
        response === null ? null : readMetadata(response)['table-uuid'],
      )
      expect(uuids).toBeOneOf([
        [uuid, null],
        [null, uuid],
      ])
      return uuids[0] === null
    },
    async goOn() {
      await done(client, commitRequest(to, append(1, 1), [mainIs(null)]))
      await create(client, name)
    },
  }
}

/** Prepares a drop. The name can be used afterwards. */
export function drop(query: string): Prepare {
  return async (client, name) => {
    const uuid = readMetadata(await create(client, name))['table-uuid']
    return {
      request: { method: 'DELETE', path: `${tables}/${name}${query}` },
      async look() {
        const response = await load(client, name)
        if (response !== null) expect(readMetadata(response)['table-uuid']).toBe(uuid)
        return response === null
      },
      async goOn() {
        expect(readMetadata(await create(client, name))['table-uuid']).not.toBe(uuid)
      },
    }
  }
}
