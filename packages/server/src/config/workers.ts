import { availableParallelism } from 'node:os'
import type { Env } from './env-type.ts'
import { maxWorkers } from './parse-values.ts'

/** How many processes answer: `auto` is one for each core, but never more than there are connections and requests for. */
export function workersOf(env: Env): number {
  if (env.workers !== 'auto') return env.workers
  return Math.min(availableParallelism(), maxWorkers, env.databasePoolSize, env.maxConcurrentRequests)
}

/** What one of them gets of something that the whole server has: they get the same, and never more than that together. */
export function shareOf(whole: number, env: Env): number {
  return Math.floor(whole / workersOf(env))
}
