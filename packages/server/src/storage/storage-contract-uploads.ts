import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { all, broken, chunks, rejects, type Fresh } from './storage-contract-tools.ts'

const mebibyte = 1024 * 1024

/** What every implementation that can do uploads in parts promises about them. */
export function storageUploadContract(fresh: Fresh): void {
  it('joins parts that came in any order, and shows nothing before', async () => {
    const { storage, at } = fresh()
    expect(storage.capabilities.multipart).toBe(true)
    const first = randomBytes(storage.capabilities.minPartSize + 5)
    const { uploadId } = await storage.createUpload(at('big'))
    const two = await storage.uploadPart(at('big'), uploadId, 2, Buffer.from('end'))
    const one = await storage.uploadPart(at('big'), uploadId, 1, chunks([first]), { size: first.length })
    expect(await storage.head(at('big'))).toBeNull()
    expect(await all(storage.list(at('')))).toEqual([])
    expect(await all(storage.listParts(at('big'), uploadId))).toMatchObject([
      { partNumber: 1, size: first.length, etag: one.etag },
      { partNumber: 2, size: 3, etag: two.etag },
    ])
    const done = await storage.completeUpload(at('big'), uploadId, [
      { partNumber: 1, etag: one.etag },
      { partNumber: 2, etag: two.etag },
    ])
    expect(await storage.head(at('big'))).toMatchObject({ size: first.length + 3, etag: done.etag })
    const bytes = await storage.getBytes(at('big'), { maxBytes: 2 * first.length + 3 })
    expect(bytes.equals(Buffer.concat([first, Buffer.from('end')]))).toBe(true)
    await rejects(storage.uploadPart(at('big'), uploadId, 3, Buffer.from('x')), 'no-such-upload')
  })

  it('takes the last part of a number, and only the parts that are named', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('old'))
    const part = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('new'))
    await storage.uploadPart(at('x'), uploadId, 2, Buffer.from('unused'))
    await storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag: part.etag }])
    expect((await storage.getBytes(at('x'), { maxBytes: 100 })).toString()).toBe('new')
  })

  it('streams parts larger than what it would hold in memory', async () => {
    const { storage, at } = fresh()
    const body = Array.from({ length: 12 }, () => randomBytes(mebibyte))
    const { uploadId } = await storage.createUpload(at('x'))
    const part = await storage.uploadPart(at('x'), uploadId, 1, chunks(body), { size: 12 * mebibyte })
    await storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag: part.etag }])
    const bytes = await storage.getBytes(at('x'), { maxBytes: 12 * mebibyte })
    expect(bytes.equals(Buffer.concat(body))).toBe(true)
  })

  it('refuses parts that are missing, changed, out of order or out of bounds', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    const { etag } = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('1'))
    const complete = (...parts: { partNumber: number; etag: string }[]): Promise<unknown> =>
      storage.completeUpload(at('x'), uploadId, parts)
    await rejects(complete(), 'bad-request')
    await rejects(complete({ partNumber: 2, etag }), 'bad-request')
    await rejects(complete({ partNumber: 1, etag: '0123456789abcdef0123456789abcdef' }), 'bad-request')
    await rejects(complete({ partNumber: 1, etag }, { partNumber: 1, etag }), 'bad-request')
    for (const partNumber of [0, 10_001, 1.5]) {
      await rejects(storage.uploadPart(at('x'), uploadId, partNumber, Buffer.from('1')), 'bad-request')
    }
    expect(await storage.head(at('x'))).toBeNull()
    await storage.abortUpload(at('x'), uploadId)
  })

  it('a part whose body fails replaces nothing', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    const { etag } = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('good'))
    const options = { size: 20 * mebibyte }
    await expect(storage.uploadPart(at('x'), uploadId, 1, broken(mebibyte), options)).rejects.toThrow(
      'source broke',
    )
    await storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag }])
    expect((await storage.getBytes(at('x'), { maxBytes: 100 })).toString()).toBe('good')
  })

  it('completes under a condition', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.from('there'))
    const { uploadId } = await storage.createUpload(at('x'))
    const { etag } = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('late'))
    const parts = [{ partNumber: 1, etag }]
    await rejects(storage.completeUpload(at('x'), uploadId, parts, { ifAbsent: true }), 'precondition-failed')
    expect((await storage.getBytes(at('x'), { maxBytes: 100 })).toString()).toBe('there')
    const info = await storage.head(at('x'))
    await storage.completeUpload(at('x'), uploadId, parts, { ifMatch: info?.etag ?? '' })
    expect((await storage.getBytes(at('x'), { maxBytes: 100 })).toString()).toBe('late')
  })

  it('forgets an aborted upload, and aborts it again', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    const { etag } = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('1'))
    await storage.abortUpload(at('x'), uploadId)
    await storage.abortUpload(at('x'), uploadId)
    await rejects(storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag }]), 'no-such-upload')
    await rejects(all(storage.listParts(at('x'), uploadId)), 'no-such-upload')
    expect(await storage.head(at('x'))).toBeNull()
  })

  it('an upload belongs to one location', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    await rejects(storage.uploadPart(at('y'), uploadId, 1, Buffer.from('1')), 'no-such-upload')
    await expect(storage.uploadPart(at('x'), '../../etc', 1, Buffer.from('1'))).rejects.toThrow('x')
    await storage.abortUpload(at('x'), uploadId)
  })
}
