import { availableParallelism } from 'node:os'
import type { Env } from './env-type.ts'
import { maxWorkers } from './parse-values.ts'

/**
 * Returns the number of worker processes. `auto` is one for each core, limited so that each worker has at least one
 * connection to the database and accepts at least one request.
 */
export function resolveWorkers(env: Env): number {
  if (env.workers !== 'auto') return env.workers
  return Math.min(availableParallelism(), maxWorkers, env.databasePoolSize, env.maxConcurrentRequests)
}

/** Returns the part of a server-wide limit that one worker may use. The sum for all workers never exceeds the limit. */
export function divideAmongWorkers(limit: number, env: Env): number {
  return Math.floor(limit / resolveWorkers(env))
}
