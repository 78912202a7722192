import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { all, broken, chunks, rejects, type Fresh } from './storage-contract-tools.ts'

const mebibyte = 1024 * 1024

/** Defines tests for uploads in parts, which every storage implementation with this capability must pass. */
export function storageUploadContract(fresh: Fresh): void {
  it('a multipart upload joins parts that arrived in any order, and publishes nothing before its completion', async () => {
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

  it('a multipart upload uses the last part of a number, and only the named parts', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('old'))
    const part = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('new'))
    await storage.uploadPart(at('x'), uploadId, 2, Buffer.from('unused'))
    await storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag: part.etag }])
    expect((await storage.getBytes(at('x'), { maxBytes: 100 })).toString()).toBe('new')
  })

  it('a multipart upload streams parts that are larger than its limit of memory', async () => {
    const { storage, at } = fresh()
    const body = Array.from({ length: 12 }, () => randomBytes(mebibyte))
    const { uploadId } = await storage.createUpload(at('x'))
    const part = await storage.uploadPart(at('x'), uploadId, 1, chunks(body), { size: 12 * mebibyte })
    await storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag: part.etag }])
    const bytes = await storage.getBytes(at('x'), { maxBytes: 12 * mebibyte })
    expect(bytes.equals(Buffer.concat(body))).toBe(true)
  })

  it('a multipart upload refuses parts that are missing, changed, out of order or out of bounds', async () => {
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

  it('a multipart upload keeps the former part if the body of a new part fails', async () => {
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

  it('the completion of a multipart upload checks its condition', async () => {
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

  it('the storage removes an aborted upload, and accepts a second abort', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    const { etag } = await storage.uploadPart(at('x'), uploadId, 1, Buffer.from('1'))
    await storage.abortUpload(at('x'), uploadId)
    await storage.abortUpload(at('x'), uploadId)
    await rejects(storage.completeUpload(at('x'), uploadId, [{ partNumber: 1, etag }]), 'no-such-upload')
    await rejects(all(storage.listParts(at('x'), uploadId)), 'no-such-upload')
    expect(await storage.head(at('x'))).toBeNull()
  })

  it('a multipart upload belongs to one location', async () => {
    const { storage, at } = fresh()
    const { uploadId } = await storage.createUpload(at('x'))
    await rejects(storage.uploadPart(at('y'), uploadId, 1, Buffer.from('1')), 'no-such-upload')
    await expect(storage.uploadPart(at('x'), '../../etc', 1, Buffer.from('1'))).rejects.toThrow('x')
    await storage.abortUpload(at('x'), uploadId)
  })
}
