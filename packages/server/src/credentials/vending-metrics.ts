import { Counter, type Registry } from 'prom-client'
import type { CredentialCache } from './credential-cache.ts'

/** Shows how storage credentials came about: a renewal that costs no minting is the point of it. */
export function observeVending(registry: Registry, credentials: CredentialCache): void {
  const counter: Counter<'outcome'> = new Counter({
    name: 'headgate_storage_credentials',
    help: 'Storage credentials since the start: minted, handed out again (kept), shared while being minted (joined), failed.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: () => {
      const { mints, hits, joins, failures } = credentials.counts
      // The totals are counted elsewhere.
      counter.reset()
      counter.inc({ outcome: 'minted' }, mints)
      counter.inc({ outcome: 'kept' }, hits)
      counter.inc({ outcome: 'joined' }, joins)
      counter.inc({ outcome: 'failed' }, failures)
    },
  })
}
