import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatTimestamp, parseHttpDate, parseTimestamp } from './timestamp.ts'

const seconds = fc
  .date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))

it('parsing a formatted time returns the original time, in both formats', () => {
  fc.assert(
    fc.property(seconds, (date) => {
      expect(parseTimestamp(formatTimestamp(date))).toEqual(date)
      expect(parseHttpDate(date.toUTCString())).toEqual(date)
      expect(parseHttpDate(formatTimestamp(date))).toEqual(date)
    }),
  )
})

it('formatting a parsed time returns the original text', () => {
  const digits = (length: number): fc.Arbitrary<string> =>
    fc.nat(10 ** length - 1).map((number) => String(number).padStart(length, '0'))
  fc.assert(
    fc.property(digits(8), digits(6), (day, time) => {
      const text = `${day}T${time}Z`
      const date = parseTimestamp(text)
      if (date !== undefined) expect(formatTimestamp(date)).toBe(text)
    }),
    {
      numRuns: 2000,
      examples: [
        ['20260230', '000000'],
        ['20260101', '240000'],
        ['00500101', '000000'],
      ],
    },
  )
})

it.each([
  '',
  '20260314',
  '20260314T092653',
  '20260314T092653z',
  '20260314T092653.000Z',
  '2026-03-14T09:26:53Z',
  ' 20260314T092653Z',
  '20260314T092653Z\n',
  '20260229T000000Z',
  '20261301T000000Z',
  '20260100T000000Z',
  '20260314T250000Z',
  '20260314T006000Z',
  '20260314T000060Z',
])('parseTimestamp refuses %j', (text) => {
  expect(parseTimestamp(text)).toBeUndefined()
  expect(parseHttpDate(text)).toBeUndefined()
})

it.each(['Sun, 14 Mar 2026 09:26:53 GMT', 'Sat, 14 Mar 2026 09:26:53 CET', 'Sat, 14-Mar-26 09:26:53 GMT'])(
  'parseHttpDate refuses %j',
  (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  },
)
