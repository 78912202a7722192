import { fuzzTargets, type FuzzTargets } from '@headgate/testkit'
import { properties } from './location-properties.ts'

export const targets: FuzzTargets = fuzzTargets('locations', properties)
