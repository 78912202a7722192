import { expect, it } from 'vitest'
import { addUsage, nothingUsed, usageIn, usageSince } from './usage.ts'

const metrics = `# HELP headgate_requests_total Number of responses, by operation and HTTP status.
# TYPE headgate_requests_total counter
headgate_requests_total{operation="loadCredentials",status="404"} 3
headgate_requests_total{operation="loadCredentials",status="200"} 12
headgate_requests_total{operation="signRequest",status="200"} 70
headgate_storage_credentials{outcome="minted"} 5
headgate_storage_credentials{outcome="kept"} 40
`

it('usageIn counts successful requests and minted credentials in the metrics', () => {
  expect(usageIn(metrics)).toEqual({ refreshes: 12, mints: 5, signed: 70 })
})

it('usageIn returns zero for missing metrics', () => {
  expect(usageIn('process_cpu_seconds_total 1\n')).toEqual(nothingUsed)
})

it('the counts of several server processes can be added, and an earlier count can be subtracted', () => {
  const before = { refreshes: 1, mints: 2, signed: 3 }
  const more = { refreshes: 10, mints: 20, signed: 30 }
  expect(usageSince(before, addUsage(before, more))).toEqual(more)
})
