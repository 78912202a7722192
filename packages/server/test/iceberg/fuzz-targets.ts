import { fuzzTargetsOn, type FuzzTargets } from '@headgate/testkit'
import { testServer } from '../server.ts'
import { properties as commits } from './commits-properties.ts'
import { properties as names } from './names-properties.ts'
import { twoReplicas } from './replicas.ts'

/** Fuzz targets for the properties of names and commits. Each target runs on a new server for a chosen time. */
export const targets: FuzzTargets = {
  ...fuzzTargetsOn('iceberg', testServer, names),
  ...fuzzTargetsOn('iceberg', twoReplicas, commits),
}
