import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FileStorage } from './file.ts'
import { ManyPlaces } from './many-places.ts'
import { all, rejects } from '../test/storage-contract-tools.ts'

let folder: string
let storage: ManyPlaces
const at = (rest: string): string => `file://${folder}/${rest}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-places-'))
  const place = (name: string): { place: string; storage: FileStorage } => ({
    place: at(name),
    storage: new FileStorage({ roots: [at(name)] }),
  })
  storage = new ManyPlaces(place('own'), [place('own2'), place('other')])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the storage passes each location to the inner storage whose prefix contains the location', async () => {
  for (const name of ['own/x', 'own2/x', 'other/x']) await storage.put(at(name), Buffer.from(name))
  for (const name of ['own/x', 'own2/x', 'other/x']) {
    expect((await storage.getBytes(at(name), { maxBytes: 10 })).toString()).toBe(name)
    expect(storage.existsSync?.(at(name))).toBe(true)
  }
  const listed = await all(storage.list(at('own2/'), { startAfter: at('own2/a') }))
  expect(listed.map(({ location }) => location)).toEqual([at('own2/x')])
})

it('the storage copies an object from one inner storage to another', async () => {
  await storage.put(at('own/from'), Buffer.from('content'))
  await storage.copy(at('own/from'), at('other/to'))
  expect((await storage.getBytes(at('other/to'), { maxBytes: 10 })).toString()).toBe('content')
})

it('the storage deletes objects of several inner storages in one call, and returns the locations outside all of them as failed', async () => {
  const names = ['own/gone', 'other/gone'].map(at)
  for (const name of names) await storage.put(name, Buffer.from('1'))
  const { failed } = await storage.deleteMany([...names, at('elsewhere/x')])
  expect(failed.map(({ location }) => location)).toEqual([at('elsewhere/x')])
  for (const name of names) expect(await storage.head(name)).toBeNull()
})

it('the storage refuses locations outside all inner storages', async () => {
  await rejects(storage.put(at('elsewhere/x'), Buffer.from('1')), 'forbidden')
  await rejects(all(storage.list(at('elsewhere/'))), 'forbidden')
})
