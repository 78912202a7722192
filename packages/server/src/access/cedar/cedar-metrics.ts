import { Gauge, type Registry } from 'prom-client'
import type { OpenedCedar } from './open-cedar.ts'

/** Shows whether the policies in force are those of the files, and what deciding by them costs. */
export function observeCedar(registry: Registry, { authorizer, isCurrent }: OpenedCedar): void {
  const current: Gauge = new Gauge({
    name: 'headgate_cedar_policies_current',
    help: '1: the Cedar policies in force are those of the files. 0: the files cannot be used, and older policies are in force.',
    registers: [registry],
    collect: () => current.set(isCurrent() ? 1 : 0),
  })
  // A gauge, because prom-client's counters cannot be told a total that somebody else counts.
  const decisions: Gauge<'how'> = new Gauge({
    name: 'headgate_cedar_decisions',
    help: 'Questions to the Cedar policies since the start: evaluated, or answered by what was kept.',
    labelNames: ['how'],
    registers: [registry],
    collect: () => {
      const { evaluations, hits } = authorizer.counts
      decisions.set({ how: 'evaluated' }, evaluations)
      decisions.set({ how: 'kept' }, hits)
    },
  })
}
