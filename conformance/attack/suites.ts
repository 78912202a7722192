import type { AttackSuite } from './attack.ts'
import { budgetBodies } from './suites/budget-bodies.ts'
import { budgetDocuments } from './suites/budget-documents.ts'
import { budgetLegitimate } from './suites/budget-legitimate.ts'
import { budgetReports } from './suites/budget-reports.ts'
import { budgetValues } from './suites/budget-values.ts'
import { sealedTokens } from './suites/sealed-tokens.ts'
import { chunks } from './suites/chunks.ts'
import { endedReservations } from './suites/ended-reservations.ts'
import { gatewayPaths } from './suites/gateway-paths.ts'
import { lateWrites } from './suites/late-writes.ts'
import { locations } from './suites/locations.ts'
import { otherWarehouses } from './suites/other-warehouses.ts'
import { physicalPlaces } from './suites/physical-places.ts'
import { presignedRequests } from './suites/presigned.ts'
import { recreatedNames } from './suites/recreated-names.ts'
import { signatures } from './suites/signatures.ts'
import { signing } from './suites/signing.ts'
import { stagedOverlaps } from './suites/staged-overlaps.ts'
import { stolen } from './suites/stolen.ts'
import { tamperedMetadata } from './suites/tampered-metadata.ts'

/** All suites: each kind of attack, and the legitimate requests that must succeed. */
export const allSuites: readonly AttackSuite[] = [
  ...sealedTokens,
  ...stolen,
  ...gatewayPaths,
  ...signatures,
  ...chunks,
  ...presignedRequests,
  ...locations,
  ...signing,
  ...lateWrites,
  ...tamperedMetadata,
  ...recreatedNames,
  ...stagedOverlaps,
  ...endedReservations,
  ...physicalPlaces,
  ...otherWarehouses,
  ...budgetBodies,
  ...budgetValues,
  ...budgetDocuments,
  ...budgetReports,
  ...budgetLegitimate,
]
