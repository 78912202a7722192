import { expect, test } from 'vitest'
import { readWhole } from './read-whole.ts'

test('a body that is too long is given up at once, however long its source takes to end', async () => {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(100)),
    cancel: () => Promise.withResolvers<void>().promise,
  })
  const { signal } = new AbortController()
  const reading = readWhole(new Response(stream), { maxBytes: 99, signal })
  await expect(reading).rejects.toThrow('the answer is longer than 99 bytes')
})
