import { formatIdentifier } from '@headgate/iceberg/rest'
import { ownEvent } from '../jobs/own-event.ts'
import type { Sweep } from '../jobs/jobs.ts'
import type { Log } from '../log.ts'
import { splitLevels } from '../namespace-path.ts'
import { insertAudit } from '../store/audit.ts'
import { type EarlySweepDeps, sweepEarly } from '../upstream/sweep-early.ts'

/** Interval in ms between two runs. */
const everyMs = 60_000

/** Ends staged tables that exist in an upstream, when their clients stopped, and records each of them. */
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
