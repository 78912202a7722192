import { fuzzTargetsOn, type FuzzTargets } from '@headgate/testkit'
import { testServer } from '../test-server.ts'
import { properties as commits } from './commits.properties.ts'
import { properties as names } from './names.properties.ts'
import { twoReplicas } from './test-replicas.ts'

/** Each on a server of its own, for a time budget instead of a number of times. */
export const targets: FuzzTargets = {
  ...fuzzTargetsOn('iceberg', testServer, names),
  ...fuzzTargetsOn('iceberg', twoReplicas, commits),
}
