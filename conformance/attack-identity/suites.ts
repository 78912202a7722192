import type { Suite } from './suite.ts'
import { assertions } from './suites/assertions.ts'
import { bombs } from './suites/bombs.ts'
import { beyondLimits } from './suites/beyond-limits.ts'
import { custodies } from './suites/custody.ts'
import { changedEntries } from './suites/changed-entries.ts'
import { disabled } from './suites/disabled.ts'
import { exchanges } from './suites/exchanges.ts'
import { foreignTokens } from './suites/foreign.ts'
import { forged } from './suites/forged.ts'
import { legitimate } from './suites/legitimate.ts'
import { forms } from './suites/forms.ts'
import { laundered } from './suites/laundering.ts'
import { otherCredentials } from './suites/other-credentials.ts'
import { stated } from './suites/statements.ts'
import { named } from './suites/user-headers.ts'
import { timings } from './suites/timing.ts'

/** All suites: each kind of attack, and the legitimate requests that must succeed. */
export const allSuites: readonly Suite[] = [
  ...legitimate,
  ...forged,
  ...foreignTokens,
  ...assertions,
  ...exchanges,
  stated,
  laundered,
  named,
  forms,
  otherCredentials,
  ...bombs,
  beyondLimits,
  ...custodies,
  disabled,
  changedEntries,
  ...timings,
]
