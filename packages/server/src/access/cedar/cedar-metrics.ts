import { Counter, Gauge, type Registry } from 'prom-client'
import type { OpenedCedar } from './open-cedar.ts'

/** Registers metrics that show whether the current policy files are in use, and how many decisions Cedar evaluated. */
export function observeCedar(registry: Registry, { authorizer, isCurrent }: OpenedCedar): void {
  const current: Gauge = new Gauge({
    name: 'headgate_cedar_policies_current',
    help: '1: the server uses the current Cedar policy files. 0: these files are invalid, and the server uses the previous policies.',
    registers: [registry],
    // The metric of a server with several workers is 1 only after all workers use the current files.
    aggregator: 'min',
    collect: () => current.set(isCurrent() ? 1 : 0),
  })
  const decisions: Counter<'how'> = new Counter({
    name: 'headgate_cedar_decisions',
    help: 'Cedar decisions since the start, either evaluated or taken from the cache (kept).',
    labelNames: ['how'],
    registers: [registry],
    collect: () => {
      const { evaluations, hits } = authorizer.counts
      // `CedarAuthorizer` counts the totals, so each scrape replaces the values of the metric.
      decisions.reset()
      decisions.inc({ how: 'evaluated' }, evaluations)
      decisions.inc({ how: 'kept' }, hits)
    },
  })
}
