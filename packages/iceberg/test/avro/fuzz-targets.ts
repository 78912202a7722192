import { fuzzTargets, type FuzzTargets } from '@headgate/testkit'
import { properties } from './avro-properties.ts'

export const targets: FuzzTargets = fuzzTargets('avro', properties)
