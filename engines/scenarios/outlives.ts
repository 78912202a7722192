import type { Engine, EngineName } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import type { ActStep, Remark, Step } from '../lib/scenario.ts'
import { inWords, lookAt, type Seen, since } from './lasting-figures.ts'

/** Minimum duration of a job, divided by the lifetime of its storage credentials. */
export const lives = 5

/**
 * Creates a step that must take at least `lives` times the lifetime of its storage credentials.
 *
 * @param judge returns an error message if the observed figures do not show that credentials were refreshed
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
  /** Description or statement of the step, for the report. */
  readonly what: string
  readonly work: (engine: Engine, fixture: WarehouseFixture) => Promise<void>
}

/** Creates a step like {@link outlives} from a function that runs several statements. */
export function workOutlives(
  { title, on, what, work }: Work,
  fixture: WarehouseFixture | null,
  judge: (seen: Seen) => string | null,
): Step {
  const act = async (engine: Engine): Promise<Remark> => {
    if (!fixture) throw new Error('this scenario needs a server that the run started')
    const before = await lookAt(fixture)
    const began = Date.now()
    await work(engine, fixture)
    const ms = Date.now() - began
    const seen = await since(fixture, before)
    const lived = ms / fixture.lifetimeMs
    const text = `${Math.round(ms / 1_000)} s = ${lived.toFixed(1)} lifetimes of ${fixture.lifetimeMs / 1_000} s: ${inWords(seen)}`
    const wrong = lived < lives ? `the job took less than ${lives} lifetimes of its credentials` : judge(seen)
    if (wrong !== null) throw new Error(`${wrong}: ${text}`)
    return { text, lives: lived }
  }
  return { title, on, what, act } satisfies ActStep
}

function renewed({ refreshes, mints, credentials }: Seen): string | null {
  const least = Math.min(refreshes, mints, credentials)
  return least < lives
    ? `there must be at least ${lives} refreshes, minted credentials and used credentials`
    : null
}
