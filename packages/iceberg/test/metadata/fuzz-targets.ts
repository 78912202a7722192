import { fuzzTargets, type FuzzTargets } from '@headgate/testkit'
import { properties } from './metadata-properties.ts'

export const targets: FuzzTargets = fuzzTargets('table metadata', properties)
