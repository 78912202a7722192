import { fuzzTargets, type FuzzTargets } from '@headgate/testkit'
import { properties } from './json-properties.ts'

export const targets: FuzzTargets = fuzzTargets('json', properties)
