import { expect, test } from 'vitest'
import { readPromql } from './read-promql.ts'

test('readPromql returns the metrics, conditions and labels of a query', () => {
  const query = readPromql(
    'sum by (le, operation) (rate(a_bucket{job=~"$job",status!~"4.."}[$__rate_interval])) / on (job) group_left b > 3',
  )
  expect(query).toEqual({
    selectors: [
      {
        metric: 'a_bucket',
        matchers: [
          { label: 'job', operator: '=~', value: '$job' },
          { label: 'status', operator: '!~', value: '4..' },
        ],
      },
      { metric: 'b', matchers: [] },
    ],
    grouping: ['le', 'operation', 'job'],
  })
})

test('readPromql refuses a malformed query', () => {
  expect(() => readPromql('sum by (job) (rate(a[5m])')).toThrow('malformed')
  expect(() => readPromql('a{b=}')).toThrow('malformed')
})
