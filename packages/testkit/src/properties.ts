import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'

/** How long and from which seed a property is tried. With both limits the first one that is reached ends it. */
export interface Effort {
  readonly runs?: number
  readonly milliseconds?: number
  readonly seed?: number
}

/** Tries a property and returns how often it held. Throws with the smallest counterexample when it did not. */
export type Property = (effort: Effort) => Promise<number>

/** What `npm run fuzz` calls: tries one property for so many seconds. */
export type FuzzTargets = Record<string, (seconds: number, seed?: number) => Promise<{ runs: number }>>

const maxShrinkMs = 15_000

/**
 * A property of functions or of a running server. It is tried in small batches, and the time is looked at between
 * them: nothing is still going on when it returns.
 *
 * @param batch runs between two looks at the clock
 */
export function property<T>(
  values: fc.Arbitrary<T>,
  holds: (value: T) => void | Promise<void>,
  batch = 50,
): Property {
  return async ({ runs = 100, milliseconds, seed = Math.floor(Math.random() * 2 ** 31) }) => {
    const end = milliseconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + milliseconds
    let done = 0
    for (let round = 0; done < runs && performance.now() < end; round += 1) {
      const numRuns = Math.min(batch, runs - done)
      const details = await fc.check(
        fc.asyncProperty(values, async (value) => holds(value)),
        { seed: seed + round, numRuns, interruptAfterTimeLimit: Math.max(maxShrinkMs, 200 * numRuns) },
      )
      if (details.failed) {
        const report = stripVTControlCharacters(fc.defaultReportMessage(details) ?? '')
        const cause = details.errorInstance
        throw new Error(`${report}\n${cause instanceof Error ? cause.message : ''}`, { cause })
      }
      done += details.numRuns
    }
    return done
  }
}

/** The targets of a `*.fuzz.ts` file for properties that need nothing but their input. */
export function fuzzTargets(room: string, properties: Readonly<Record<string, Property>>): FuzzTargets {
  return Object.fromEntries(
    Object.entries(properties).map(([sentence, tried]) => [
      `${room}: ${sentence}`,
      async (seconds: number, seed?: number) => ({ runs: await tried(effortOf(seconds, seed)) }),
    ]),
  )
}

/** The same for properties of something that must be opened before and closed afterwards. */
export function fuzzTargetsOn<World extends AsyncDisposable>(
  room: string,
  open: () => Promise<World>,
  properties: Readonly<Record<string, (world: World) => Property>>,
): FuzzTargets {
  return Object.fromEntries(
    Object.entries(properties).map(([sentence, propertyOf]) => [
      `${room}: ${sentence}`,
      async (seconds: number, seed?: number) => {
        await using world = await open()
        return { runs: await propertyOf(world)(effortOf(seconds, seed)) }
      },
    ]),
  )
}

function effortOf(seconds: number, seed: number | undefined): Effort {
  const effort = { runs: Number.POSITIVE_INFINITY, milliseconds: seconds * 1000 }
  return seed === undefined ? effort : { ...effort, seed }
}
