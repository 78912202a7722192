import { describe, expect, it } from 'vitest'
import { ResponseReader } from './response-reader.ts'

const plain = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\n\r\n0\r\n0\r\n\r\n'
const empty = 'HTTP/1.1 204 No Content\r\n\r\n'
const missing = 'HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone'

describe('AnswerReader', () => {
  it.each([
    ['a length', plain, 200],
    ['chunks', chunked, 200],
    ['no body', empty, 204],
    ['an error', missing, 404],
  ])(
    'the response reader of the benchmark finds the end of a response with %s, regardless of where network chunks begin',
    (_, text, status) => {
      for (let cut = 1; cut <= text.length; cut += 1) {
        const reader = new ResponseReader()
        // Reads the response twice, because the state left by the first response must not affect the second
        // one.
        for (let turn = 0; turn < 2; turn += 1) {
          const parts = [text.slice(0, cut), text.slice(cut)].filter((part) => part !== '')
          const responses = parts.map((part) => reader.read(Buffer.from(part, 'latin1')))
          expect(responses.at(-1)).toEqual({ status, bytes: text.length })
          expect(responses.slice(0, -1)).not.toContainEqual(expect.anything())
        }
      }
    },
  )

  it('the response reader of the benchmark reads a response that arrives byte by byte', () => {
    const reader = new ResponseReader()
    const responses = Array.from(chunked, (byte) => reader.read(Buffer.from(byte)))
    expect(responses.filter((response) => response !== null)).toEqual([
      { status: 200, bytes: chunked.length },
    ])
  })

  it('the response reader of the benchmark keeps the first bytes of a response that is not 2xx', () => {
    const reader = new ResponseReader()
    reader.read(Buffer.from(missing))
    expect(reader.complaint).toContain('gone')
  })

  it('the response reader of the benchmark throws when more bytes arrive than Content-Length states', () => {
    expect(() => new ResponseReader().read(Buffer.from(`${plain}x`))).toThrow('more bytes')
  })
})
