import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMinio, needsMinio, startMinio } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { replaceMethods } from '../../test/faults/replace-methods.ts'
import { openStorage, type StorageProfile } from '@headgate/storage'
import { checkEndpoint, clockFinding, resolveEndpoint } from './check-endpoint.ts'
import { checkStorage } from './check-storage.ts'
import type { Finding } from './finding.ts'
import { toRootLocation } from './open-storage.ts'

const signal = AbortSignal.timeout(60_000)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-check-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function check(profile: StorageProfile): Promise<Finding[]> {
  await using storage = await openStorage(profile)
  return checkStorage({ storage, root: toRootLocation(profile) }, profile, signal)
}
const brief = (findings: readonly Finding[]): string[] =>
  findings.map(({ name, ok }) => `${name} ${ok ? 'ok' : 'not ok'}`)

describe('checkStorage', () => {
  it('checkStorage writes, reads, lists and deletes an object in a directory, and leaves no file there', async () => {
    const profile = { type: 'file', root: `file://${folder}/good` } as const
    expect(brief(await check(profile))).toEqual(['write ok', 'read ok', 'list ok', 'delete ok'])
    await using storage = await openStorage(profile)
    const left = []
    for await (const { location } of storage.list(`${profile.root}/`)) left.push(location)
    expect(left).toEqual([])
  })

  it('checkStorage deletes its object when the caller aborts the check', async () => {
    const profile = { type: 'file', root: `file://${folder}/left` } as const
    await using storage = await openStorage(profile)
    for (const step of ['put', 'getBytes'] as const) {
      const caller = new AbortController()
      const aborting = replaceMethods(storage, {
        async [step](...args: never[]) {
          const result = await (storage[step] as (...all: never[]) => Promise<never>)(...args)
          caller.abort(new Error('aborted'))
          return result
        },
      })
      const checked = checkStorage(
        { storage: aborting, root: toRootLocation(profile) },
        profile,
        caller.signal,
      )
      await expect(checked, step).rejects.toThrow('aborted')
      expect(await readdir(join(folder, 'left')), step).toEqual([])
    }
  })

  // The operating system does not apply file permissions to root, so the test is skipped for root.
  it.skipIf(process.getuid?.() === 0)(
    'checkStorage names the directory that the user of the server may not write to',
    async () => {
      await mkdir(join(folder, 'closed'))
      await chmod(join(folder, 'closed'), 0o500)
      const root = `file://${folder}/closed`
      const [write, ...others] = await check({ type: 'file', root })
      expect(write).toMatchObject({ name: 'write', ok: false })
      expect(write?.message).toContain(
        `Allow the operating system user of the server to read and write ${root}.`,
      )
      expect(others).toEqual([])
      const inside = check({ type: 'file', root: `${root}/inside` })
      await expect(inside).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.not.stringContaining(folder),
      })
    },
  )

  it('checkStorage states what to do when no server answers at the storage endpoint, and skips the other steps', async () => {
    const profile = {
      type: 's3',
      bucket: 'b',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      accessKeyId: 'A',
      secretAccessKey: 'must-not-be-shown',
    } as const
    const findings = await check(profile)
    expect(brief(findings)).toEqual(['endpoint not ok'])
    expect(findings[0]?.message).toMatch(/Nothing answers at http:\/\/127.0.0.1:1 .*check the port/)
    expect(JSON.stringify(findings)).not.toContain('must-not-be-shown')
  })
})

describe.skipIf(findMinio() === undefined)(needsMinio('checkStorage of a bucket (MinIO)'), () => {
  it(
    'checkStorage reports that all steps succeed, or names the permission that the keys lack',
    { timeout: 60_000 },
    async () => {
      await using minio = await startMinio({ buckets: ['lake'] })
      const { endpoint, region, accessKeyId, secretAccessKey } = minio
      const profile = { type: 's3', bucket: 'lake', prefix: 'wh', endpoint, region, accessKeyId } as const
      expect(brief(await check({ ...profile, secretAccessKey }))).toEqual([
        'endpoint ok',
        'clock ok',
        'write ok',
        'read ok',
        'list ok',
        'delete ok',
      ])
      const wrong = await check({ ...profile, secretAccessKey: 'not-the-secret' })
      expect(brief(wrong)).toEqual(['endpoint ok', 'clock ok', 'write not ok'])
      expect(wrong.at(-1)?.message).toContain('Allow s3:PutObject on everything below s3://lake/wh/')
      const missing = await check({ ...profile, bucket: 'absent', secretAccessKey })
      expect(missing.at(-1)).toMatchObject({ name: 'write', ok: false })
      expect(missing.at(-1)?.message).toContain('no such bucket')
    },
  )
})

describe('checkEndpoint', () => {
  let server: Server
  let url: string
  let date: string | null
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.sendDate = false
      if (date !== null) response.setHeader('date', date)
      response.writeHead(403).end('<Error/>')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  afterAll(() => void server.close())

  it.each([
    [0, true],
    [-280, true],
    [280, true],
    [-400, false],
    [400, false],
  ])('checkEndpoint accepts a clock that differs by %i s: %o', async (seconds, ok) => {
    date = new Date(Date.now() + seconds * 1000).toUTCString()
    expect(await checkEndpoint('endpoint', url, signal)).toMatchObject([
      { name: 'endpoint', ok: true },
      { name: 'clock', ok, message: expect.stringContaining(ok ? 'differ by' : 'NTP') },
    ])
  })

  it('checkEndpoint accepts a response without a Date header', async () => {
    date = null
    expect(brief(await checkEndpoint('endpoint', url, signal))).toEqual(['endpoint ok', 'clock ok'])
  })
})

test('clockFinding states whether the clock of the server is behind or ahead of the object store', () => {
  const now = Date.now()
  expect(clockFinding(now + 600_000, now).message).toContain('600 s behind that of the store')
  expect(clockFinding(now - 600_000, now).message).toContain('600 s ahead of that of the store')
})

test('resolveEndpoint returns the endpoint of AWS when none is configured', () => {
  expect(resolveEndpoint({ region: 'eu-central-1' })).toBe('https://s3.eu-central-1.amazonaws.com')
  expect(resolveEndpoint({ region: 'cn-north-1' })).toBe('https://s3.cn-north-1.amazonaws.com.cn')
  expect(resolveEndpoint({ region: 'x', endpoint: 'http://store' })).toBe('http://store')
})
