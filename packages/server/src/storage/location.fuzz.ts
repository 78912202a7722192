import { fuzzTargets, type FuzzTargets } from '../test-properties.ts'
import { properties } from './location.properties.ts'

export const targets: FuzzTargets = fuzzTargets('locations', properties)
