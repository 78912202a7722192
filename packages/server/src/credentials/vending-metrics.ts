import { Counter, type Registry } from 'prom-client'
import type { CredentialCache } from './credential-cache.ts'

/**
 * Registers a counter of storage credentials with the labels minted, kept (reused from the cache), joined (shared with
 * a concurrent request) and failed.
 */
export function observeVending(registry: Registry, credentials: CredentialCache): void {
  const counter: Counter<'outcome'> = new Counter({
    name: 'headgate_storage_credentials',
    help: 'Storage credentials since the start: minted, reused from the cache (kept), shared while being minted (joined), failed.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: () => {
      const { mints, hits, joins, failures } = credentials.counts
      // `CredentialCache` counts the totals, so each scrape replaces the values of the metric.
      counter.reset()
      counter.inc({ outcome: 'minted' }, mints)
      counter.inc({ outcome: 'kept' }, hits)
      counter.inc({ outcome: 'joined' }, joins)
      counter.inc({ outcome: 'failed' }, failures)
    },
  })
}
