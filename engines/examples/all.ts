import { browserExample } from './browser.ts'
import { duckdbExample } from './duckdb.ts'
import type { Example } from './example.ts'
import { keycloakExample } from './keycloak.ts'
import { kubernetesExample } from './kubernetes.ts'
import { lancedbExample } from './lancedb.ts'
import { nodeExample } from './node.ts'
import { pyicebergExample } from './pyiceberg.ts'
import { rowsExample } from './rows.ts'
import { sparkExample } from './spark.ts'
import { trinoExample } from './trino.ts'

/** Examples that the runner executes, one for each folder of `examples`. */
export const examples: readonly Example[] = [
  pyicebergExample,
  duckdbExample,
  nodeExample,
  rowsExample,
  sparkExample,
  trinoExample,
  browserExample,
  lancedbExample,
  keycloakExample,
  kubernetesExample,
]
