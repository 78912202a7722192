import { Counter, Gauge, type Registry } from 'prom-client'
import type { OpenedCedar } from './open-cedar.ts'

/** Shows whether the policies in force are those of the files, and what deciding by them costs. */
export function observeCedar(registry: Registry, { authorizer, isCurrent }: OpenedCedar): void {
  const current: Gauge = new Gauge({
    name: 'headgate_cedar_policies_current',
    help: '1: the Cedar policies in force are those of the files. 0: the files cannot be used, and older policies are in force.',
    registers: [registry],
    // Of several workers that the files must have reached, the last one tells.
    aggregator: 'min',
    collect: () => current.set(isCurrent() ? 1 : 0),
  })
  const decisions: Counter<'how'> = new Counter({
    name: 'headgate_cedar_decisions',
    help: 'Questions to the Cedar policies since the start: evaluated, or answered by what was kept.',
    labelNames: ['how'],
    registers: [registry],
    collect: () => {
      const { evaluations, hits } = authorizer.counts
      // The totals are counted elsewhere.
      decisions.reset()
      decisions.inc({ how: 'evaluated' }, evaluations)
      decisions.inc({ how: 'kept' }, hits)
    },
  })
}
