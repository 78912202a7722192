import type { ContextOptions } from '../context-options.ts'
import type { IcebergDeps } from '../iceberg/deps.ts'
import { expireSweep } from '../jobs/expire.ts'
import { housekeepingSweep } from '../jobs/housekeeping.ts'
import { Jobs } from '../jobs/jobs.ts'
import { lanceVersionsSweep } from '../jobs/lance-versions.ts'
import { purgeHandler } from '../jobs/purge/purge.ts'
import { recordDigestsHandler } from '../jobs/record-digests.ts'
import { retiredPlacesSweep } from '../jobs/retired-places.ts'
import { storageSweep } from '../jobs/storage-sweep.ts'
import { earlyTablesSweep } from './early-tables-sweep.ts'
import { dropRetired } from '../keys/rotate.ts'
import { forgetEndedSessions } from '../sessions/console-sessions.ts'
import { purgeJob } from '../store/dropped-relations.ts'
import { recordDigestsJob } from '../store/metadata-digests.ts'

/** Starts the background jobs and the periodic clean-ups of this process. */
export function startJobs(options: ContextOptions, deps: IcebergDeps): Jobs {
  const { sql, log, jobIntervalMs: intervalMs } = options
  const { warehouses } = deps
  return Jobs.start({
    sql,
    log,
    handlers: new Map([
      [purgeJob, purgeHandler(deps)],
      [recordDigestsJob, recordDigestsHandler(deps)],
    ]),
    sweeps: [
      expireSweep(sql),
      housekeepingSweep({
        sql,
        auditSeconds: options.auditRetentionSeconds,
        refusalSeconds: options.auditRefusalRetentionSeconds,
        forgetEndedSessions: (limit) => forgetEndedSessions(sql, limit),
        dropRetiredKeys: () => dropRetired(sql, options.retiredKeySeconds * 1_000),
      }),
      storageSweep({ sql, warehouses, log }),
      retiredPlacesSweep({ sql, warehouses, log }),
      lanceVersionsSweep({ sql, warehouses, log, maxMetadataBytes: deps.maxMetadataBytes }),
      earlyTablesSweep({ sql, warehouses, upstreams: deps.upstreams, log }),
    ],
    intervalMs,
  })
}
