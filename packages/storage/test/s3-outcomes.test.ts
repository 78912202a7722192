import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { failed, impatient, scripted, scriptedWithin, storageAt, x } from './s3-storage.ts'
import { failure, hang, ok, reset } from './scripted-s3.ts'
import { rejects } from './storage-contract-tools.ts'
import { isOutcomeUnknown, StorageWriteError } from '../src/storage-errors.ts'

const md5 = (text: string | Buffer): Buffer => createHash('md5').update(text).digest()

describe('A put', () => {
  it('a put to S3 reports not-written after refused connections, refusals, and timeouts before the end of the body', async () => {
    const nowhere = await storageAt('http://127.0.0.1:1')
    expect(await outcome(nowhere.put(x, Buffer.from('1')))).toBe('not-written')
    const { storage } = await scripted(failure(429, 'TooManyRequests'))
    expect(await outcome(storage.put(x, Buffer.from('1')))).toBe('not-written')
    await rejects(
      (await scripted(failure(403, 'AccessDenied'))).storage.put(x, Buffer.from('1')),
      'forbidden',
    )
  })

  it.each([
    ['a 500', failure(500, 'InternalError')],
    ['a 503, which a proxy before the store may have sent', failure(503, 'SlowDown')],
    ['a reset', reset()],
    ['no response', hang()],
  ])('unknown: %s', async (_, response) => {
    const { storage } = await scriptedWithin(impatient, response)
    const error = await failed(storage.put(x, Buffer.from('1'), { ifAbsent: true }))
    expect(isOutcomeUnknown(error)).toBe(true)
    expect(error).toMatchObject({ code: 'unavailable', cause: expect.any(Error) })
  })

  it('a put to S3 reports an unknown outcome if a later attempt is refused', async () => {
    const { storage } = await scripted(reset(), failure(403, 'AccessDenied'))
    expect(await outcome(storage.put(x, Buffer.from('1')))).toBe('unknown')
  })

  it('a put to S3 reports an unknown outcome after an abort while the request is running', async () => {
    const { server, storage } = await scripted(hang())
    const controller = new AbortController()
    const put = outcome(storage.put(x, Buffer.from('1'), { signal: controller.signal }))
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort()
    expect(await put).toBe('unknown')
  })

  it('a put to S3 succeeds if the condition fails because the first attempt wrote the object', async () => {
    let id = ''
    const { server, storage } = await scripted(
      (response, request) => {
        id = String(request.headers['x-amz-meta-headgate-write'])
        response.socket?.resetAndDestroy()
      },
      failure(412, 'PreconditionFailed'),
      (response, request) => ok('', { etag: '"ours"', 'x-amz-meta-headgate-write': id })(response, request),
    )
    expect(await storage.put(x, Buffer.from('1'), { ifAbsent: true })).toEqual({ etag: 'ours' })
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'HEAD'])
  })

  it('a put to S3 reports a failed condition if another writer wrote the object', async () => {
    const other = ok('', { 'x-amz-meta-headgate-write': 'someone else' })
    const { storage } = await scripted(reset(), failure(412, 'PreconditionFailed'), other)
    await rejects(storage.put(x, Buffer.from('1'), { ifAbsent: true }), 'precondition-failed')
  })

  it('a put to S3 reports an unknown outcome if a condition fails after a lost response and the object cannot be read', async () => {
    const { storage } = await scriptedWithin(impatient, reset(), failure(412, 'PreconditionFailed'), hang())
    expect(await outcome(storage.put(x, Buffer.from('1'), { ifAbsent: true }))).toBe('unknown')
  })

  it('a put to S3 reports a failed condition if the object no longer exists', async () => {
    const { storage } = await scripted(failure(404, 'NoSuchKey'))
    await rejects(storage.put(x, Buffer.from('1'), { ifMatch: 'e1' }), 'precondition-failed')
  })

  it('after a lost response, a multipart upload to S3 detects its completion by the ETag of its parts', async () => {
    const parts = [md5('one'), md5('two')].map((digest, i) => ({
      partNumber: i + 1,
      etag: digest.toString('hex'),
    }))
    const etag = `${md5(Buffer.concat([md5('one'), md5('two')])).toString('hex')}-2`
    const { server, storage } = await scripted(
      reset(),
      failure(404, 'NoSuchUpload'),
      ok('', { etag: `"${etag}"` }),
    )
    expect(await storage.completeUpload(x, 'u', parts)).toEqual({ etag })
    server.respond(reset(), failure(404, 'NoSuchUpload'), ok('', { etag: '"another"' }))
    expect(await outcome(storage.completeUpload(x, 'u', parts))).toBe('unknown')
    server.respond(failure(404, 'NoSuchUpload'))
    await rejects(storage.completeUpload(x, 'u', parts), 'no-such-upload')
  })

  it('a put to S3 fails if the body of a 200 response is an error', async () => {
    const error = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>late</Message></Error>'
    const parts = [{ partNumber: 1, etag: 'e1' }]
    const { server, storage } = await scripted(ok(error))
    expect(await outcome(storage.completeUpload(x, 'u', parts))).toBe('unknown')
    expect(await outcome(storage.copy(x, 's3://lake/y'))).toBe('unknown')
    server.respond(ok(error), ok('<CopyObjectResult><ETag>"e2"</ETag></CopyObjectResult>'))
    expect(await storage.copy(x, 's3://lake/y')).toEqual({ etag: 'e2' })
  })

  it('a put to S3 reports not-written if a streamed part ended before its declared size', async () => {
    const { storage } = await scriptedWithin(impatient, hang())
    const size = 20 * 1024 * 1024
    expect(await outcome(storage.uploadPart(x, 'u', 1, stalling(), { size }))).toBe('not-written')
  })
})

/** Returns the outcome of a failed write, or its error if it has none. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const error = await failed(promise)
  return error instanceof StorageWriteError ? error.outcome : error
}

async function* stalling(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1024)
  await sleep(60_000, undefined, { ref: false })
}
