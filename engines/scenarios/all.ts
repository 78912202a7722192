import type { Scenario } from '../lib/scenario.ts'
import { crossChanges } from './cross-changes.ts'
import { crossScenarios } from './cross.ts'
import { duckdbTables } from './duckdb-tables.ts'
import { pyicebergScenarios } from './pyiceberg.ts'
import { sparkHistory } from './spark-history.ts'
import { sparkTables } from './spark-tables.ts'
import { sparkViews } from './spark-views.ts'
import { trinoTables } from './trino-tables.ts'
import { trinoViews } from './trino-views.ts'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ...pyicebergScenarios,
  duckdbTables,
  sparkTables,
  sparkHistory,
  sparkViews,
  trinoTables,
  trinoViews,
  ...crossScenarios,
  crossChanges,
]
