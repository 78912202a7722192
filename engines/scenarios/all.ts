import type { Scenario } from '../lib/scenario.ts'
import { clickhouseTables } from './clickhouse-tables.ts'
import { pyicebergClient, sparkClient } from './clients-of-users.ts'
import { crossChanges } from './cross-changes.ts'
import { crossScenarios } from './cross.ts'
import { disturbedInsert } from './disturbed-insert.ts'
import { duckdbKeyEnds } from './duckdb-key-ends.ts'
import { duckdbTables } from './duckdb-tables.ts'
import { sparkCtasRefresh, trinoCtasRefresh } from './lasting.ts'
import { pyicebergScenarios } from './pyiceberg.ts'
import { signedRequests } from './signed-requests.ts'
import { sparkCtasSigning } from './signing.ts'
import { sparkHistory } from './spark-history.ts'
import { sparkPlanning } from './spark-planning.ts'
import { sparkTables } from './spark-tables.ts'
import { sparkViews } from './spark-views.ts'
import { storageClients } from './storage-clients.ts'
import { trinoFirstCalls } from './trino-first-calls.ts'
import { trinoLongUsers } from './trino-long-users.ts'
import { trinoTables } from './trino-tables.ts'
import { trinoUsers } from './trino-users.ts'
import { trinoViews } from './trino-views.ts'
import { upstreamTables } from './upstream-tables.ts'
import { upstreamUsers } from './upstream-users.ts'

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ...pyicebergScenarios,
  ...storageClients,
  duckdbTables,
  clickhouseTables,
  sparkTables,
  sparkHistory,
  sparkViews,
  trinoTables,
  trinoViews,
  ...crossScenarios,
  crossChanges,
  duckdbKeyEnds,
  sparkCtasRefresh,
  sparkCtasSigning,
  sparkPlanning,
  disturbedInsert,
  trinoCtasRefresh,
  pyicebergClient,
  sparkClient,
  trinoUsers,
  trinoFirstCalls,
  trinoLongUsers,
  ...signedRequests,
  ...upstreamTables,
  upstreamUsers,
]
