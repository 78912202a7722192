import { type FuzzTargets, fuzzTargetsOn } from '@headgate/testkit'
import { openSecretsFixture, properties } from './secrets-properties.ts'

export const targets: FuzzTargets = fuzzTargetsOn('cli/doctor', openSecretsFixture, properties)
