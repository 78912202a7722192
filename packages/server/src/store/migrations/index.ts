import { init } from './001-init.ts'
import { vending } from './002-vending.ts'
import { identity } from './003-identity.ts'
import { definer } from './004-definer.ts'
import { administerStorage } from './005-administer-storage.ts'
import { digests } from './006-digests.ts'
import { policyCheck } from './007-policy-check.ts'
import { locationClaims } from './008-location-claims.ts'
import { boundedRecords } from './009-bounded-records.ts'
import { stagedNamespaces } from './010-staged-namespaces.ts'
import { claimMarks } from './011-claim-marks.ts'
import { upstream } from './012-upstream.ts'
import { accessKeys } from './013-access-keys.ts'
import { stagedRenewal } from './014-staged-renewal.ts'
import { earlyTables } from './015-early-tables.ts'
import { storageAccess } from './016-storage-access.ts'
import { lanceTables } from './017-lance-tables.ts'
import { consoleSessions } from './018-console-sessions.ts'
import { nameSearch } from './019-name-search.ts'
import { issuerSessions } from './020-issuer-sessions.ts'
import { issuerClaims } from './021-issuer-claims.ts'
import { restrictedGrants } from './022-restricted-grants.ts'
import { scanPlanning } from './023-scan-planning.ts'
import { lanceVersions } from './024-lance-versions.ts'
import type { Migration } from './migration.ts'

/**
 * All migrations in order. A released migration must never change, because Headgate compares its checksum with the
 * database at each start.
 */
export const migrations: readonly Migration[] = [
  init,
  vending,
  identity,
  definer,
  administerStorage,
  digests,
  policyCheck,
  locationClaims,
  boundedRecords,
  stagedNamespaces,
  claimMarks,
  upstream,
  accessKeys,
  stagedRenewal,
  earlyTables,
  storageAccess,
  lanceTables,
  consoleSessions,
  nameSearch,
  issuerSessions,
  issuerClaims,
  restrictedGrants,
  scanPlanning,
  lanceVersions,
]
