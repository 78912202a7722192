import { steps } from '../javascript/steps.ts'
import type { Scenario } from '../lib/scenario.ts'
import { pythonScenario } from './pyiceberg.ts'

/**
 * Scenarios of S3 clients that do not support Iceberg. They read and write objects with the storage credentials of a
 * table.
 */
export const storageClients: readonly Scenario[] = [
  { ...pythonScenario('arrow'), name: 'storage/pyarrow', storages: ['gateway', 'sts'] },
  {
    name: 'storage/aws-sdk-js',
    engines: ['javascript'],
    storages: ['gateway', 'sts'],
    steps: ({ namespace }) =>
      Object.keys(steps).map((title) => ({ title, on: 'javascript', call: title, args: { ns: namespace } })),
  },
]
