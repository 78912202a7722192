import { properties, type Property } from './metadata.properties.ts'

/** Tries one property for so many seconds; rejects with the smallest counterexample. */
export type FuzzTarget = (seconds: number, seed?: number) => Promise<{ runs: number }>

const target =
  (property: Property): FuzzTarget =>
  async (seconds, seed) => {
    const effort = { runs: Number.POSITIVE_INFINITY, milliseconds: seconds * 1000 }
    return { runs: property(seed === undefined ? effort : { ...effort, seed }) }
  }

/** The properties of this room, each to be run for a time budget instead of a number of times. */
export const targets: Record<string, FuzzTarget> = Object.fromEntries(
  Object.entries(properties).map(([sentence, property]) => [`table metadata: ${sentence}`, target(property)]),
)
