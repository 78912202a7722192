import type { Suite } from './suite.ts'
import { privateAddresses, properties } from './suites/addresses.ts'
import { hostileAnswers, leaks } from './suites/hostile-answers.ts'
import { readersKeys, sharedResponses } from './suites/keys.ts'
import { legitimate } from './suites/legitimate.ts'
import { names } from './suites/names.ts'
import { lists, noRights, otherObjects } from './suites/no-rights.ts'
import { replaced, wrongMetadata } from './suites/replaced.ts'

/** All suites: each kind of attack, and the legitimate requests that must succeed. */
export const allSuites: readonly Suite[] = [
  legitimate,
  noRights,
  otherObjects,
  lists,
  names,
  privateAddresses,
  properties,
  hostileAnswers,
  leaks,
  replaced,
  wrongMetadata,
  readersKeys,
  sharedResponses,
]
