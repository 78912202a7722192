import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programEnvironment } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileStorage } from './file.ts'
import { openStorage } from './open-storage.ts'
import { StorageRegistry } from './registry.ts'
import type { StorageProfile } from './storage-profile.ts'
import type { Storage } from './storage.ts'

describe('StorageRegistry', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headgate-registry-'))
    await mkdir(join(folder, 'wh'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const profile = (): StorageProfile => ({ type: 'file', root: `file://${folder}/wh` })

  it('StorageRegistry opens a storage once for each version of its settings, also for concurrent callers', async () => {
    await using registry = new StorageRegistry()
    const [a, b] = await Promise.all(
      [1, 1].map((version) => registry.open({ id: 'w', version, profile: profile() })),
    )
    expect(a).toBe(b)
    expect(await registry.open({ id: 'w', version: 2, profile: profile() })).not.toBe(a)
    expect(await registry.open({ id: 'v', version: 1, profile: profile() })).not.toBe(a)
  })

  it('StorageRegistry refuses a storage while its directory is missing, and opens it after the directory exists again', async () => {
    await using registry = new StorageRegistry()
    const missing = { id: 'w', version: 1, profile: { type: 'file', root: `file://${folder}/away` } } as const
    await expect(registry.open(missing)).rejects.toMatchObject({ code: 'unavailable' })
    await mkdir(join(folder, 'away'))
    expect((await registry.open(missing)).scheme).toBe('file')
  })

  it('StorageRegistry opens both types of storage', async () => {
    await using file = await openStorage(profile())
    await using s3 = await openStorage({
      type: 's3',
      bucket: 'lake',
      region: 'us-east-1',
      credentials: 'default-chain',
    })
    expect([file.scheme, s3.scheme]).toEqual(['file', 's3'])
  })

  it.each([
    ['after a while', 20],
    ['not at once', 60_000],
  ])('StorageRegistry closes evicted storages %s, and all storages at the end', async (_, grace) => {
    const closed: string[] = []
    const registry = new StorageRegistry({
      max: 1,
      grace,
      open: async (profile) => watched(profile, closed),
    })
    await registry.open({ id: 'a', version: 1, profile: { type: 'file', root: `file://${folder}/a` } })
    await registry.open({ id: 'b', version: 1, profile: { type: 'file', root: `file://${folder}/b` } })
    if (grace > 20) expect(closed).toEqual([])
    else await expect.poll(() => closed).toEqual([`file://${folder}/a`])
    await registry[Symbol.asyncDispose]()
    expect(closed).toEqual([`file://${folder}/a`, `file://${folder}/b`])
  })

  it('StorageRegistry does not cache a failed opening', async () => {
    let tries = 0
    await using registry = new StorageRegistry({
      open: async (profile) => {
        if (tries++ === 0) throw new Error('not yet')
        return watched(profile, [])
      },
    })
    const ask = { id: 'w', version: 1, profile: profile() }
    await expect(registry.open(ask)).rejects.toThrow('not yet')
    expect((await registry.open(ask)).scheme).toBe('file')
  })

  it('StorageRegistry does not load the S3 client for file storages', async () => {
    expect(await loadsS3Client(profile())).toBe(false)
    const s3 = { type: 's3', bucket: 'lake', region: 'us-east-1', credentials: 'default-chain' } as const
    expect(await loadsS3Client(s3)).toBe(true)
  })
})

/** Opens a storage in a separate process, and returns whether this process loaded the S3 client. */
async function loadsS3Client(profile: StorageProfile): Promise<boolean> {
  const program = `
    const { StorageRegistry } = await import(${JSON.stringify(new URL('registry.ts', import.meta.url).href)})
    await using registry = new StorageRegistry()
    await registry.open({ id: 'w', version: 1, profile: ${JSON.stringify(profile)} })
    const { createRequire } = await import('node:module')
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    console.log(String(loaded.some((path) => path.includes('client-s3'))))
  `
  const args = ['--conditions=x-source', '--input-type=module', '-e', program]
  const options = { cwd: import.meta.dirname, env: programEnvironment() }
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  return stdout.trim() === 'true'
}

async function watched(profile: StorageProfile, closed: string[]): Promise<Storage> {
  if (profile.type !== 'file') throw new Error('Only files here')
  const storage = new FileStorage({ roots: [profile.root] })
  storage[Symbol.asyncDispose] = async () => void closed.push(profile.root)
  return storage
}
