import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { privateModes } from '../src/file-modes.ts'
import { makeRoots } from '../src/file-roots.ts'
import { FileStorage } from '../src/file.ts'
import { all, chunks, rejects } from './storage-contract-tools.ts'

describe('FileStorage', () => {
  let folder = ''
  let storage: FileStorage
  const at = (rest: string): string => `file://${folder}/root/${rest}`
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headgate-file-'))
    storage = new FileStorage({ roots: [`file://${folder}/root`] })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const names = async (): Promise<string[]> =>
    (await readdir(`${folder}/root`, { recursive: true })).toSorted()

  it('FileStorage reads objects of about the size that it reads at once, and their ranges, and closes all files', async () => {
    const limit = 256 * 1024
    const open = async (): Promise<number> => (await readdir('/proc/self/fd').catch(() => [])).length
    const before = await open()
    for (const size of [0, 1, limit - 1, limit, limit + 1]) {
      const bytes = randomBytes(size)
      await storage.put(at('x'), bytes)
      const { body, info, length } = await storage.get(at('x'))
      expect(length).toBe(size)
      expect(Buffer.concat(await all(body as AsyncIterable<Buffer>)).equals(bytes)).toBe(true)
      await rejects(storage.get(at('x'), { ifMatch: 'other' }), 'precondition-failed')
      await rejects(storage.get(at('x'), { ifNoneMatch: info.etag }), 'precondition-failed')
      await rejects(storage.getBytes(at('x'), { maxBytes: size - 1 }), 'payload-too-large')
      if (size < 2) continue
      const part = await storage.get(at('x'), { range: { start: 1, end: size + 10 } })
      expect(Buffer.concat(await all(part.body as AsyncIterable<Buffer>)).equals(bytes.subarray(1))).toBe(
        true,
      )
      ;(await storage.get(at('x'))).body.destroy()
    }
    await expect.poll(open).toBeLessThanOrEqual(before)
  })

  it.runIf(process.platform === 'linux')(
    'FileStorage reports unavailable, and not a missing file, if it cannot create the directory of a new file',
    async () => {
      // Directories cannot be created in this file system, as in a read-only one.
      const place = `file:///proc/${process.pid}`
      const closed = new FileStorage({ roots: [place] })
      await rejects(closed.put(`${place}/t/x`, Buffer.from('1'), { ifAbsent: true }), 'unavailable')
      await rejects(closed.createUpload(`${place}/t/x`), 'unavailable')
    },
  )

  it.runIf(process.platform === 'linux')(
    'FileStorage does not start if it cannot create its root directory',
    () => {
      expect(() => new FileStorage({ roots: [`file:///proc/${process.pid}/none/root`] })).toThrow(
        expect.objectContaining({ code: 'unavailable' }),
      )
    },
  )

  it('FileStorage does not create a directory in place of a file', async () => {
    await writeFile(`${folder}/file`, 'x')
    expect(() => makeRoots([`file://${folder}/file`], privateModes)).toThrow(
      expect.objectContaining({ code: 'unavailable' }),
    )
  })

  it('FileStorage refuses each path through a symbolic link, inside and outside of its root', async () => {
    await mkdir(`${folder}/secret`)
    await writeFile(`${folder}/secret/x`, 'secret')
    await storage.put(at('inside/x'), Buffer.from('1'))
    await symlink(`${folder}/secret`, `${folder}/root/out`)
    await symlink(`${folder}/root/inside`, `${folder}/root/alias`)
    await symlink(`${folder}/secret/x`, `${folder}/root/link`)
    for (const name of ['out/x', 'alias/x', 'link']) {
      await rejects(storage.get(at(name)), 'forbidden')
      await rejects(storage.getBytes(at(name), { maxBytes: 100 }), 'forbidden')
    }
    for (const name of ['out/x', 'out/new', 'out/deep/new', 'alias/new']) {
      await rejects(storage.put(at(name), Buffer.from('2')), 'forbidden')
      await rejects(storage.delete(at(name)), 'forbidden')
      await rejects(storage.head(at(name)), 'forbidden')
    }
    await rejects(all(storage.list(at('out/'))), 'forbidden')
    expect((await all(storage.list(at('')))).map(({ location }) => location)).toEqual([at('inside/x')])
    expect(storage.existsSync(at('link'))).toBe(false)
    expect(await storage.head(at('link'))).toBeNull()
    expect(await readdir(`${folder}/secret`)).toEqual(['x'])
  })

  it('a put to FileStorage replaces a symbolic link, and keeps the target of the link', async () => {
    await writeFile(`${folder}/secret`, 'secret')
    await symlink(`${folder}/secret`, `${folder}/root/link`)
    await storage.put(at('link'), Buffer.from('mine'))
    expect(await readFile(`${folder}/secret`, 'utf8')).toBe('secret')
    expect(await readFile(`${folder}/root/link`, 'utf8')).toBe('mine')
  })

  it('FileStorage returns the same error for paths below a file, below a link, and for unreadable paths', async () => {
    await storage.put(at('file'), Buffer.from('1'))
    expect(storage.existsSync(at('file/x'))).toBe(false)
    expect(await storage.head(at('file/x'))).toBeNull()
    await symlink(`${folder}/root/loop`, `${folder}/root/loop`)
    const long = at(`${'a/'.repeat(2_500)}x`)
    for (const [name, code] of [
      [at('loop/x'), 'forbidden'],
      [long, 'bad-request'],
    ] as const) {
      await rejects(storage.head(name), code)
      expect(() => storage.existsSync(name)).toThrow(expect.objectContaining({ code }) as Error)
    }
  })

  it('FileStorage accepts a root that is reached through a link', async () => {
    await symlink(`${folder}/root`, `${folder}/link`)
    const linked = new FileStorage({ roots: [`file://${folder}/link`] })
    await linked.put(`file://${folder}/link/x`, Buffer.from('1'))
    expect(await storage.head(at('x'))).not.toBeNull()
    expect((await all(linked.list(`file://${folder}/link/`))).map(({ location }) => location)).toEqual([
      `file://${folder}/link/x`,
    ])
  })

  it('FileStorage manages several roots, and nothing between them', async () => {
    const both = new FileStorage({ roots: [`file://${folder}/a`, `file:${folder}/b/c`] })
    await both.put(`file://${folder}/a/x`, Buffer.from('1'))
    await both.copy(`file://${folder}/a/x`, `file:${folder}/b/c/x`)
    await rejects(both.put(`file://${folder}/b/x`, Buffer.from('1')), 'forbidden')
    expect(() => new FileStorage({ roots: ['file:///'] })).toThrow('below')
    expect(() => new FileStorage({ roots: [] })).toThrow('root')
  })

  it('FileStorage publishes no object if a writer is killed, and the cleanup removes the temporary file', async () => {
    const child = fork(
      new URL('stalling-writer.ts', import.meta.url),
      [`file://${folder}/root`, at('t/big')],
      {
        execArgv: ['--conditions=x-source'],
      },
    )
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', () => reject(new Error('The writer ended by itself')))
    })
    const left = (await names()).filter((name) => name.includes('tmp'))
    expect(left).toHaveLength(1)
    child.kill('SIGKILL')
    await new Promise((resolve) => {
      child.once('exit', resolve)
    })
    expect(await storage.head(at('t/big'))).toBeNull()
    expect(await all(storage.list(at('')))).toEqual([])
    expect(await storage.sweep({ olderThan: 60_000 })).toEqual({ files: 0, uploads: 0 })
    expect(await storage.sweep({ olderThan: 0 })).toEqual({ files: 1, uploads: 0 })
    expect(await names()).toEqual(['t'])
    await storage.put(at('t/big'), Buffer.from('1'), { ifAbsent: true })
  })

  it('the cleanup of FileStorage removes only abandoned uploads', async () => {
    const old = await storage.createUpload(at('a'))
    await storage.uploadPart(at('a'), old.uploadId, 1, Buffer.from('1'))
    const directory = `${folder}/root/.headgate-uploads/${old.uploadId}`
    const past = new Date(Date.now() - 3_600_000)
    for (const name of await readdir(directory)) await utimes(join(directory, name), past, past)
    await utimes(directory, past, past)
    const live = await storage.createUpload(at('b'))
    const part = await storage.uploadPart(at('b'), live.uploadId, 1, Buffer.from('1'))
    await storage.put(at('c'), Buffer.from('1'))
    expect(await storage.sweep({ olderThan: 60_000 })).toEqual({ files: 0, uploads: 1 })
    await rejects(storage.uploadPart(at('a'), old.uploadId, 2, Buffer.from('1')), 'no-such-upload')
    await storage.completeUpload(at('b'), live.uploadId, [{ partNumber: 1, etag: part.etag }])
    expect(await storage.head(at('c'))).not.toBeNull()
  })

  it('FileStorage does not join a part that was replaced while the upload is completed', async () => {
    const large = Buffer.alloc(48 * 1024 * 1024, 'a')
    for (let round = 0; round < 3; round++) {
      const { uploadId } = await storage.createUpload(at('a'))
      const parts = [
        { partNumber: 1, ...(await storage.uploadPart(at('a'), uploadId, 1, large)) },
        { partNumber: 2, ...(await storage.uploadPart(at('a'), uploadId, 2, Buffer.from('old'))) },
      ]
      const [completed] = await Promise.allSettled([
        storage.completeUpload(at('a'), uploadId, parts),
        storage.uploadPart(at('a'), uploadId, 2, Buffer.from('new')),
      ])
      if (completed.status === 'rejected') {
        expect(completed.reason).toMatchObject({ code: 'bad-request' })
        expect(await storage.head(at('a'))).toBeNull()
        await storage.abortUpload(at('a'), uploadId)
      } else {
        const bytes = await storage.getBytes(at('a'), { maxBytes: 2 * large.length })
        expect(bytes.subarray(-3).toString()).toBe('old')
        await storage.delete(at('a'))
      }
    }
  })

  it('FileStorage aborts an upload while its parts are being written, and leaves no file', async () => {
    for (let round = 0; round < 10; round++) {
      const { uploadId } = await storage.createUpload(at('a'))
      let sent = 0
      const send = async (): Promise<never> => {
        for (;;) await storage.uploadPart(at('a'), uploadId, (sent++ % 1000) + 1, Buffer.alloc(100))
      }
      const senders = Promise.allSettled(Array.from({ length: 8 }, send))
      await vi.waitFor(() => expect(sent).toBeGreaterThan(40), { interval: 1 })
      await Promise.all([storage.abortUpload(at('a'), uploadId), storage.abortUpload(at('a'), uploadId)])
      for (const sender of await senders) expect(sender).toMatchObject({ reason: { code: 'no-such-upload' } })
      expect(await readdir(`${folder}/root/.headgate-uploads`)).toEqual([])
    }
  })

  it.runIf(process.getuid?.() !== 0)(
    'the cleanup of FileStorage skips directories that it cannot read',
    async () => {
      await storage.createUpload(at('x'))
      await mkdir(`${folder}/root/lost+found`, { mode: 0 })
      expect(await storage.sweep({ olderThan: -60_000 })).toEqual({ files: 0, uploads: 1 })
    },
  )

  it('FileStorage neither writes nor cleans up the target of a link in place of its folder of uploads', async () => {
    await mkdir(`${folder}/precious`)
    await writeFile(`${folder}/precious/x`, '1')
    await symlink(folder, `${folder}/root/.headgate-uploads`)
    expect(await storage.sweep({ olderThan: -60_000 })).toEqual({ files: 0, uploads: 0 })
    expect(await readdir(folder)).toEqual(['precious', 'root'])
    await rejects(storage.createUpload(at('a')), 'forbidden')
    expect(await readdir(folder)).toEqual(['precious', 'root'])
  })

  it('FileStorage refuses to continue an upload through a dangling link', async () => {
    await symlink(`${folder}/root/.headgate-uploads`, `${folder}/root/.headgate-uploads`)
    const uploadId = '0'.repeat(32)
    await rejects(storage.createUpload(at('a')), 'forbidden')
    await rejects(storage.uploadPart(at('a'), uploadId, 1, Buffer.from('1')), 'forbidden')
    await rejects(storage.completeUpload(at('a'), uploadId, [{ partNumber: 1, etag: '"x"' }]), 'forbidden')
    await rejects(storage.abortUpload(at('a'), uploadId), 'forbidden')
  })

  it('FileStorage refuses the names of its reserved files', async () => {
    const { uploadId } = await storage.createUpload(at('a'))
    await rejects(storage.get(at(`.headgate-uploads/${uploadId}/target`)), 'bad-request')
    await rejects(storage.put(at('.headgate-tmp-1'), Buffer.from('1')), 'bad-request')
    await rejects(storage.put(at('t/.headgate-tmp-1'), Buffer.from('1')), 'bad-request')
    for (const id of ['../x', uploadId.toUpperCase(), `${uploadId}/..`, '']) {
      await rejects(storage.uploadPart(at('a'), id, 1, Buffer.from('1')), 'no-such-upload')
    }
  })

  it('FileStorage removes directories that became empty, up to its root', async () => {
    await storage.put(at('a/b/c/x'), Buffer.from('1'))
    await storage.put(at('a/y'), Buffer.from('1'))
    await storage.delete(at('a/b/c/x'))
    expect(await names()).toEqual(['a', 'a/y'])
    await storage.delete(at('a/y'))
    expect(await names()).toEqual([])
    await storage.check()
  })

  it('FileStorage allows concurrent writers and deleters of one directory without errors', async () => {
    const workers = Array.from({ length: 8 }, async (_, w) => {
      for (let i = 0; i < 60; i++) {
        const location = at(`p/q/r/${w}`)
        await storage.put(location, Buffer.from(`${i}`), { ifAbsent: true })
        expect((await storage.getBytes(location, { maxBytes: 10 })).toString()).toBe(`${i}`)
        await storage.delete(location)
      }
    })
    await Promise.all(workers)
    expect(await names()).toEqual([])
  })

  it('FileStorage refuses an object in place of a directory, and the other way round', async () => {
    await storage.put(at('a/x'), Buffer.from('1'))
    await rejects(storage.put(at('a'), Buffer.from('1')), 'bad-request')
    await rejects(storage.put(at('a/x/y'), Buffer.from('1')), 'bad-request')
    expect(await storage.head(at('a'))).toBeNull()
    await rejects(storage.get(at('a')), 'no-such-file')
    await rejects(storage.get(at('a/x/y')), 'no-such-file')
    await storage.delete(at('a'))
    expect(await names()).toEqual(['a', 'a/x'])
  })

  it('FileStorage removes the temporary file after each failure', async () => {
    await storage.put(at('x'), Buffer.from('1'))
    await rejects(storage.put(at('x'), Buffer.from('2'), { ifAbsent: true }), 'precondition-failed')
    await rejects(storage.put(at('x'), Buffer.from('2'), { ifMatch: 'other' }), 'precondition-failed')
    await rejects(storage.put(at('x'), chunks([Buffer.from('2')]), { size: 3 }), 'bad-request')
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 30)
    await expect(storage.put(at('x'), endless(), { signal: stop.signal })).rejects.toThrow('enough')
    expect(await names()).toEqual(['x'])
  })

  it('FileStorage reads a body only as fast as it writes it', async () => {
    let settled = 0
    let most = 0
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 50; i++) {
        settled += 100_000
        const temporary = (await names()).find((name) => name.includes('tmp')) ?? ''
        const size = existsSync(join(folder, 'root', temporary))
          ? (await readFile(join(folder, 'root', temporary))).length
          : 0
        most = Math.max(most, settled - size)
        yield Buffer.alloc(100_000)
      }
    }
    await storage.put(at('x'), counted())
    expect(most).toBe(100_000)
  })

  it.each([
    ['gone', null],
    ['a file', 'of somebody'],
  ])(
    'FileStorage reports that its directory is %s, and does not report its objects as deleted',
    async (_, instead) => {
      await storage.put(at('d/x'), Buffer.from('1'))
      expect(storage.existsSync(at('d/x'))).toBe(true)
      await rename(`${folder}/root`, `${folder}/elsewhere`)
      if (instead !== null) await writeFile(`${folder}/root`, instead)
      expect(() => storage.existsSync(at('d/x'))).toThrow('does not find the directory')
      await rejects(storage.check(), 'unavailable')
      await rejects(storage.head(at('d/x')), 'unavailable')
      await rejects(storage.get(at('d/x')), 'unavailable')
      await rejects(storage.getBytes(at('d/x'), { maxBytes: 10 }), 'unavailable')
      await rejects(storage.delete(at('d/x')), 'unavailable')
      await rejects(all(storage.list(at(''))), 'unavailable')
      for (const name of ['d/y', 'y']) await rejects(storage.put(at(name), Buffer.from('1')), 'unavailable')
      expect(existsSync(`${folder}/root`)).toBe(instead !== null)
      await rm(`${folder}/root`, { force: true })
      await rename(`${folder}/elsewhere`, `${folder}/root`)
      expect(storage.existsSync(at('d/x'))).toBe(true)
    },
  )
})

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(100_000)
    await sleep(1)
  }
}
