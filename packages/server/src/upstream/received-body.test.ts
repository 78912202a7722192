import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReceivedBody } from './received-body.ts'

function receive(expected: Buffer | null, chunks: readonly Buffer[]): Buffer {
  const body = new ReceivedBody(expected)
  for (const chunk of chunks) body.add(chunk)
  return body.end()
}

test('a received body is returned unchanged in any division into chunks, regardless of the expected body', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(fc.array(bytes), fc.option(bytes), fc.nat(40), (chunks, other, length) => {
      const whole = Buffer.concat(chunks)
      for (const expected of [
        other,
        whole,
        whole.subarray(0, length),
        Buffer.concat([whole, Buffer.from('x')]),
      ])
        expect(receive(expected, chunks).equals(whole)).toBe(true)
    }),
  )
})

test('a received body that equals the expected body is not copied', () => {
  const expected = Buffer.from('{"metadata":{}}')
  expect(receive(expected, [Buffer.from('{"meta'), Buffer.from('data":{}}')])).toBe(expected)
})
