import type { Engine, EngineName } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import type { ActStep, Remark, Step } from '../lib/scenario.ts'
import { inWords, lookAt, type Seen, since } from './lasting-figures.ts'

/** Number of lifetimes of its storage access that a job must outlive. */
export const lives = 5

/**
 * Creates a step that must take several times the lifetime of its storage access.
 *
 * @param judge throws unless the observed figures explain why the job succeeded
 */
export function outlives(
  title: string,
  on: EngineName,
  sql: string,
  fixture: WarehouseFixture | null,
  judge: (seen: Seen) => string | null = renewed,
): Step {
  const work = async (engine: Engine): Promise<void> => void (await engine.sql(sql))
  return workOutlives({ title, on, what: sql, work }, fixture, judge)
}

interface Work {
  readonly title: string
  readonly on: EngineName
  /** Description or statement for the report. */
  readonly what: string
  readonly work: (engine: Engine, fixture: WarehouseFixture) => Promise<void>
}

/** Creates a step like {@link outlives}, for work of several statements. */
export function workOutlives(
  { title, on, what, work }: Work,
  fixture: WarehouseFixture | null,
  judge: (seen: Seen) => string | null,
): Step {
  const act = async (engine: Engine): Promise<Remark> => {
    if (!fixture) throw new Error('the server is not one of this run')
    const before = await lookAt(fixture)
    const began = Date.now()
    await work(engine, fixture)
    const ms = Date.now() - began
    const seen = await since(fixture, before)
    const lived = ms / fixture.lifetimeMs
    const text = `${Math.round(ms / 1_000)} s = ${lived.toFixed(1)} lives of ${fixture.lifetimeMs / 1_000} s: ${inWords(seen)}`
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
