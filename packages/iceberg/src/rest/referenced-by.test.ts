import { expect, test } from 'vitest'
import { decodeReferencedBy } from './referenced-by.ts'

const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(message) })

test('the query parameter referenced-by is decoded to views, outermost first, and the text after the last separator is the name of the view', () => {
  expect(decodeReferencedBy('prod%1Fanalytics%1Fquarterly_view,prod%1Fanalytics%1Fmonthly_view')).toEqual([
    { namespace: ['prod', 'analytics'], name: 'quarterly_view' },
    { namespace: ['prod', 'analytics'], name: 'monthly_view' },
  ])
})

test('a view name in the query parameter referenced-by can contain a comma, which is encoded as %2C', () => {
  expect(decodeReferencedBy('a.x%2Cy', ['.'])).toEqual([{ namespace: ['a'], name: 'x,y' }])
})

test('a missing query parameter referenced-by is decoded as an empty list of views', () => {
  expect(decodeReferencedBy(undefined)).toEqual([])
  expect(decodeReferencedBy('')).toEqual([])
})

test('the query parameter referenced-by is refused for a view without a namespace, an empty view, invalid percent escapes and more than 64 views', () => {
  expect(() => decodeReferencedBy('v')).toThrow(refused(/Invalid namespace/))
  expect(() => decodeReferencedBy('a%1Fv,')).toThrow(refused(/Invalid namespace/))
  expect(() => decodeReferencedBy('a%1F%')).toThrow(refused(/broken percent-encoding/))
  expect(() => decodeReferencedBy(Array.from({ length: 65 }, () => 'a%1Fv').join(','))).toThrow(
    refused(/more than 64 views/),
  )
})
