import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { failed, impatient, scripted, scriptedWithin, storageAt, x } from './s3-test-storage.ts'
import { failure, hang, ok, reset } from './scripted-s3.ts'
import { rejects } from './storage-contract-tools.ts'
import { isOutcomeUnknown, StorageWriteError } from './storage-errors.ts'

const md5 = (text: string | Buffer): Buffer => createHash('md5').update(text).digest()

describe('a put that failed says what is known', () => {
  it('not written: refused connections, refusals, silence before the body was through', async () => {
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
    ['a 503, which may come from something in between', failure(503, 'SlowDown')],
    ['a reset', reset()],
    ['silence', hang()],
  ])('unknown: %s', async (_, answer) => {
    const { storage } = await scriptedWithin(impatient, answer)
    const error = await failed(storage.put(x, Buffer.from('1'), { ifAbsent: true }))
    expect(isOutcomeUnknown(error)).toBe(true)
    expect(error).toMatchObject({ code: 'unavailable', cause: expect.any(Error) })
  })

  it('unknown stays unknown when a later attempt is refused', async () => {
    const { storage } = await scripted(reset(), failure(403, 'AccessDenied'))
    expect(await outcome(storage.put(x, Buffer.from('1')))).toBe('unknown')
  })

  it('unknown: an abort while the request is on its way', async () => {
    const { server, storage } = await scripted(hang())
    const controller = new AbortController()
    const put = outcome(storage.put(x, Buffer.from('1'), { signal: controller.signal }))
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort()
    expect(await put).toBe('unknown')
  })

  it('a condition that fails because our own first attempt had written is success', async () => {
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

  it('a condition that fails because of someone else is that', async () => {
    const other = ok('', { 'x-amz-meta-headgate-write': 'someone else' })
    const { storage } = await scripted(reset(), failure(412, 'PreconditionFailed'), other)
    await rejects(storage.put(x, Buffer.from('1'), { ifAbsent: true }), 'precondition-failed')
  })

  it('a condition that fails after a lost answer, and no way to look: unknown', async () => {
    const { storage } = await scriptedWithin(impatient, reset(), failure(412, 'PreconditionFailed'), hang())
    expect(await outcome(storage.put(x, Buffer.from('1'), { ifAbsent: true }))).toBe('unknown')
  })

  it('a condition on an object that is gone does not hold', async () => {
    const { storage } = await scripted(failure(404, 'NoSuchKey'))
    await rejects(storage.put(x, Buffer.from('1'), { ifMatch: 'e1' }), 'precondition-failed')
  })

  it('a completion whose answer was lost is found by the ETag of its parts', async () => {
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
    server.answer(reset(), failure(404, 'NoSuchUpload'), ok('', { etag: '"another"' }))
    expect(await outcome(storage.completeUpload(x, 'u', parts))).toBe('unknown')
    server.answer(failure(404, 'NoSuchUpload'))
    await rejects(storage.completeUpload(x, 'u', parts), 'no-such-upload')
  })

  it('a 200 whose body is an error is none', async () => {
    const error = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>late</Message></Error>'
    const parts = [{ partNumber: 1, etag: 'e1' }]
    const { server, storage } = await scripted(ok(error))
    expect(await outcome(storage.completeUpload(x, 'u', parts))).toBe('unknown')
    expect(await outcome(storage.copy(x, 's3://lake/y'))).toBe('unknown')
    server.answer(ok(error), ok('<CopyObjectResult><ETag>"e2"</ETag></CopyObjectResult>'))
    expect(await storage.copy(x, 's3://lake/y')).toEqual({ etag: 'e2' })
  })

  it('not written: a streamed part that broke off before its end', async () => {
    const { storage } = await scriptedWithin(impatient, hang())
    const size = 20 * 1024 * 1024
    expect(await outcome(storage.uploadPart(x, 'u', 1, stalling(), { size }))).toBe('not-written')
  })
})

/** The outcome that a failed write tells, or what else it threw. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const error = await failed(promise)
  return error instanceof StorageWriteError ? error.outcome : error
}

async function* stalling(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1024)
  await sleep(60_000, undefined, { ref: false })
}
