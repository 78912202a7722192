import type { LoopTurns } from '../concurrency/loop-turns.ts'
import type { ContextOptions } from '../context-options.ts'
import type { GatewayAuthorizerOptions } from '../credentials/gateway-authorizer.ts'
import type { IcebergDeps } from '../iceberg/deps.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { admitFile } from '../planning/admit-file.ts'
import { DeleteIndexes } from '../planning/delete-indexes.ts'
import { ManifestFiles } from '../planning/manifest-files.ts'
import { PermittedFiles } from '../planning/permitted-files.ts'
import type { PlanningDeps } from '../planning/plan-scan.ts'
import { PlannedFiles } from '../planning/planned-files.ts'

/** Opens the caches of scan planning. */
export function openPlanning(
  { metadataCacheBytes }: ContextOptions,
  ring: KeyRing,
  turns: LoopTurns,
): PlanningDeps {
  const caches = {
    manifests: new ManifestFiles(metadataCacheBytes, turns),
    deletes: new DeleteIndexes(),
    turns,
  }
  return { ring, ...caches, permitted: new PermittedFiles(caches) }
}

/** Returns the object that decides for the storage gateway which files a plan contains. */
export function planGate({
  planning,
  ...catalog
}: IcebergDeps): NonNullable<GatewayAuthorizerOptions['plans']> {
  const deps = { ...catalog, files: new PlannedFiles(planning), permitted: planning.permitted }
  return { admits: (plan, location) => admitFile(deps, plan, location) }
}
