import { formatIdentifier } from '@headgate/iceberg/rest'
import { ownEvent } from '../jobs/own-event.ts'
import type { Sweep } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import { splitLevels } from '../namespace-path.ts'
import { insertAudit } from '../store/audit.ts'
import { type EarlySweepDeps, sweepEarly } from '../upstream/sweep-early.ts'

/** Interval in ms between two runs. */
const everyMs = 60_000

/**
 * Returns the periodic task that ends abandoned staged tables of upstream catalogs. These tables already exist in the
 * upstream, and their client stopped before its first commit. Each ended table gets an audit event.
 */
export function earlyTablesSweep({
  log,
  ...deps
}: Omit<EarlySweepDeps, 'report'> & { readonly log: Log }): Sweep {
  return {
    name: 'early-tables',
    everyMs,
    takesLong: true,
    run: (signal) =>
      sweepEarly(
        {
          ...deps,
          report: async ({ id, path, name }, warehouse, outcome) => {
            const object = `${warehouse}:${formatIdentifier({ namespace: splitLevels(path), name })}`
            if (outcome instanceof Error) {
              log.warn({ err: outcome, object }, 'a staged table in an upstream could not be ended')
              return
            }
            log.info({ object, outcome }, 'a staged table in an upstream was ended')
            const event = { operation: 'endStagedTable', relationId: id, object, detail: { outcome } }
            await insertAudit(deps.sql, [ownEvent(event)])
          },
        },
        signal,
      ),
  }
}
