import { describe, expect, it } from 'vitest'
import { JsonError, raw, spliceObject } from './index.ts'

describe('spliceObject', () => {
  it('puts raw bytes among written members without touching a byte', () => {
    const stored = Buffer.from('{"format-version" : 2.0, "current-snapshot-id":3055729675574597004}')
    const answer = spliceObject([
      ['metadata-location', 's3://lake/é/00001.json'],
      ['metadata', raw(stored)],
      ['config', { 'client.region': 'eu-central-1', absent: undefined }],
      ['id', 9007199254740993n],
    ])
    expect(answer.toString()).toBe(
      '{"metadata-location":"s3://lake/é/00001.json","metadata":{"format-version" : 2.0, ' +
        '"current-snapshot-id":3055729675574597004},"config":{"client.region":"eu-central-1"},"id":9007199254740993}',
    )
  })

  it('takes raw members first, last, alone and next to each other', () => {
    const one = raw(Buffer.from('1'))
    expect(spliceObject([]).toString()).toBe('{}')
    expect(spliceObject([['a', one]]).toString()).toBe('{"a":1}')
    expect(spliceObject([['a', one], ['b', { raw: Buffer.from('[2]') }]]).toString()).toBe('{"a":1,"b":[2]}') // prettier-ignore
  })

  it('takes an object that merely has a member named raw for what it is', () => {
    expect(spliceObject([['a', { raw: 'text' }]]).toString()).toBe('{"a":{"raw":"text"}}')
  })

  it('escapes keys', () => {
    expect(JSON.parse(spliceObject([['"\n\ud800', 1]]).toString())).toEqual({ '"\n\ud800': 1 })
  })

  it('refuses a key that comes twice and raw bytes that are no value', () => {
    const twice = [['a', 1], ['a', 2]] as const // prettier-ignore
    expect(() => spliceObject(twice)).toThrow(JsonError)
    expect(() => spliceObject([['a', raw(new Uint8Array())]])).toThrow(JsonError)
  })
})
