import { HeadgateError } from '@headgate/errors'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileStorage } from './file.ts'
import { inaccessibleStorage, s3Capabilities, StorageOnDemand } from './storage-on-demand.ts'
import type { Storage } from './storage.ts'

let folder: string
let files: FileStorage
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'on-demand-'))
  files = new FileStorage({ roots: [`file://${folder}`] })
})
afterEach(async () => {
  await files[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Returns a storage whose first keys the store refuses, and the number of times that it was opened. */
function withRefusedKeys(hasOtherKeys: boolean): { readonly storage: Storage; opened(): number } {
  let opened = 0
  const refused = inaccessibleStorage('refused')
  const storage = new StorageOnDemand({
    scheme: 'file',
    capabilities: s3Capabilities,
    open: () => {
      opened += 1
      return Promise.resolve({ storage: opened === 1 ? refused : files, discard: () => hasOtherKeys })
    },
  })
  return { storage, opened: () => opened }
}

describe('StorageOnDemand', () => {
  const bytes = Buffer.from('abc')

  test('a storage call with refused keys is repeated with other keys', async () => {
    const { storage, opened } = withRefusedKeys(true)
    await storage.put(`file://${folder}/a`, bytes)
    expect(opened()).toBe(2)
    expect(await storage.getBytes(`file://${folder}/a`, { maxBytes: 10 })).toEqual(bytes)
  })

  test('a storage list with refused keys is repeated with other keys', async () => {
    await files.put(`file://${folder}/a`, bytes)
    const { storage } = withRefusedKeys(true)
    const found: string[] = []
    for await (const { location } of storage.list(`file://${folder}/`)) found.push(location)
    expect(found).toEqual([`file://${folder}/a`])
  })

  test('a storage call fails when no other keys are available', async () => {
    const { storage, opened } = withRefusedKeys(false)
    await expect(storage.head(`file://${folder}/a`)).rejects.toMatchObject({ code: 'forbidden' })
    expect(opened()).toBe(1)
  })

  test('a storage call whose body is a stream is not repeated, and the client may repeat it', async () => {
    const { storage } = withRefusedKeys(true)
    async function* body(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes)
    }
    const put = storage.put(`file://${folder}/a`, body())
    await expect(put).rejects.toSatisfy(
      (error) => error instanceof HeadgateError && error.code === 'unavailable',
    )
  })
})
