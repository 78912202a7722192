import type { Family } from './family.ts'
import { assertions } from './families/assertions.ts'
import { bombs } from './families/bombs.ts'
import { beyondLimits } from './families/beyond-limits.ts'
import { custodies } from './families/custody.ts'
import { changedEntries } from './families/changed-entries.ts'
import { disabled } from './families/disabled.ts'
import { exchanges } from './families/exchanges.ts'
import { foreignTokens } from './families/foreign.ts'
import { forged } from './families/forged.ts'
import { legitimate } from './families/legitimate.ts'
import { forms } from './families/forms.ts'
import { laundered } from './families/laundering.ts'
import { otherCredentials } from './families/other-credentials.ts'
import { stated } from './families/statements.ts'
import { named } from './families/user-headers.ts'
import { timings } from './families/timing.ts'

/** All kinds of attack, and what must succeed. */
export const allFamilies: readonly Family[] = [
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
