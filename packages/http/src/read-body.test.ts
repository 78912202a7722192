import { expect, test } from 'vitest'
import { readBody } from './read-body.ts'

test('readBody refuses a body that is too long, without waiting until its source has stopped', async () => {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(100)),
    cancel: () => Promise.withResolvers<void>().promise,
  })
  const { signal } = new AbortController()
  const reading = readBody(new Response(stream), { maxBytes: 99, signal })
  await expect(reading).rejects.toThrow('the answer is longer than 99 bytes')
})
