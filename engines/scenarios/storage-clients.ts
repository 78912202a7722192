import { steps } from '../javascript/steps.ts'
import type { Scenario } from '../lib/scenario.ts'
import { pythonScenario } from './pyiceberg.ts'

/** Clients that know nothing of tables: they read and write objects with the keys that come with one. */
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
