import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'

/** Limits of one run of a property test. The run ends when the first limit is reached. */
export interface PropertyLimits {
  /** Maximum number of random inputs. Default: 100. */
  readonly runs?: number
  /** Maximum time in ms. Default: no limit. */
  readonly milliseconds?: number
  /** Seed of the generator. Default: a random number. */
  readonly seed?: number
}

/**
 * Checks a property with random inputs. Returns the number of checked inputs.
 *
 * @throws {Error} with the smallest counterexample when the property does not hold
 */
export type Property = (limits: PropertyLimits) => Promise<number>

/**
 * Targets of `npm run fuzz`, keyed by their names. Each target is a function that checks one property for a time in
 * seconds.
 */
export type FuzzTargets = Record<string, (seconds: number, seed?: number) => Promise<{ runs: number }>>

/** Time limit in ms for the search of a smaller counterexample. */
const maxShrinkMs = 15_000

/**
 * Creates a property from a generator of inputs and a check. Inputs are checked in batches, and the time limit is
 * checked after each batch, so that no check is still running when the property returns.
 *
 * @param values generator of the inputs
 * @param holds check that throws or rejects if the property does not hold for an input
 * @param batch number of inputs in a batch
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

/** Creates fuzz targets from properties that depend only on their input. */
export function fuzzTargets(subject: string, properties: Readonly<Record<string, Property>>): FuzzTargets {
  return Object.fromEntries(
    Object.entries(properties).map(([title, check]) => [
      `${subject}: ${title}`,
      async (seconds: number, seed?: number) => ({ runs: await check(toLimits(seconds, seed)) }),
    ]),
  )
}

/** Creates fuzz targets from properties that need a fixture, such as a server. Each target opens its own fixture. */
export function fuzzTargetsOn<Fixture extends AsyncDisposable>(
  subject: string,
  open: () => Promise<Fixture>,
  properties: Readonly<Record<string, (fixture: Fixture) => Property>>,
): FuzzTargets {
  return Object.fromEntries(
    Object.entries(properties).map(([title, createProperty]) => [
      `${subject}: ${title}`,
      async (seconds: number, seed?: number) => {
        await using fixture = await open()
        return { runs: await createProperty(fixture)(toLimits(seconds, seed)) }
      },
    ]),
  )
}

function toLimits(seconds: number, seed: number | undefined): PropertyLimits {
  const limits = { runs: Number.POSITIVE_INFINITY, milliseconds: seconds * 1000 }
  return seed === undefined ? limits : { ...limits, seed }
}
