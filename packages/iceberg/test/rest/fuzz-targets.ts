import { fuzzTargets, type FuzzTargets } from '@headgate/testkit'
import { properties } from './rest-properties.ts'

export const targets: FuzzTargets = fuzzTargets('names and requests', properties)
