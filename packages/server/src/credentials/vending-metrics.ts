import { Gauge, type Registry } from 'prom-client'
import type { Vending } from './vending.ts'

/** Shows how storage credentials came about: a renewal that costs no minting is the point of it. */
export function observeVending(registry: Registry, vending: Vending): void {
  // A gauge, because prom-client's counters cannot be told a total that somebody else counts.
  const gauge: Gauge<'outcome'> = new Gauge({
    name: 'headgate_storage_credentials',
    help: 'Storage credentials since the start: minted, handed out again (kept), shared while being minted (joined), failed.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: () => {
      const { mints, hits, joins, failures } = vending.counts
      gauge.set({ outcome: 'minted' }, mints)
      gauge.set({ outcome: 'kept' }, hits)
      gauge.set({ outcome: 'joined' }, joins)
      gauge.set({ outcome: 'failed' }, failures)
    },
  })
}
