import type { Engine, EngineName } from '../lib/engine.ts'
import type { Lake } from '../lib/lake.ts'
import type { ActStep, Remark, Step } from '../lib/scenario.ts'
import { inWords, lookAt, type Seen, since } from './lasting-figures.ts'

/** Of its storage access, that a job must outlive. */
export const lives = 5

/**
 * A job that must take longer than its storage access lives, several times.
 *
 * @param judge further throws unless what was seen is what makes the job last
 */
export function outlives(
  title: string,
  on: EngineName,
  sql: string,
  lake: Lake | null,
  judge: (seen: Seen) => string | null = renewed,
): Step {
  const work = async (engine: Engine): Promise<void> => void (await engine.sql(sql))
  return workOutlives({ title, on, what: sql, work }, lake, judge)
}

interface Work {
  readonly title: string
  readonly on: EngineName
  /** In words or as a statement, for the report. */
  readonly what: string
  readonly work: (engine: Engine, lake: Lake) => Promise<void>
}

/** As {@link outlives}, for work of several statements. */
export function workOutlives(
  { title, on, what, work }: Work,
  lake: Lake | null,
  judge: (seen: Seen) => string | null,
): Step {
  const act = async (engine: Engine): Promise<Remark> => {
    if (!lake) throw new Error('the server is not one of this run')
    const before = await lookAt(lake)
    const began = Date.now()
    await work(engine, lake)
    const ms = Date.now() - began
    const seen = await since(lake, before)
    const lived = ms / lake.lifetimeMs
    const text = `${Math.round(ms / 1_000)} s = ${lived.toFixed(1)} lives of ${lake.lifetimeMs / 1_000} s: ${inWords(seen)}`
    const wrong = lived < lives ? `it was over within ${lives} lives` : judge(seen)
    if (wrong !== null) throw new Error(`${wrong}: ${text}`)
    return { text, lives: lived }
  }
  return { title, on, what, act } satisfies ActStep
}

function renewed({ refreshes, mints, credentials }: Seen): string | null {
  const least = Math.min(refreshes, mints, credentials)
  return least < lives ? `should have been ${lives} refreshes, mints and credentials at least` : null
}
