import type { AttackClass } from './attack.ts'
import { capsules } from './classes/capsules.ts'
import { chunks } from './classes/chunks.ts'
import { gatewayPaths } from './classes/gateway-paths.ts'
import { lateWrites } from './classes/late-writes.ts'
import { locations } from './classes/locations.ts'
import { physicalPlaces } from './classes/physical-places.ts'
import { presignedRequests } from './classes/presigned.ts'
import { recreatedNames } from './classes/recreated-names.ts'
import { signatures } from './classes/signatures.ts'
import { signing } from './classes/signing.ts'
import { stagedOverlaps } from './classes/staged-overlaps.ts'
import { stolen } from './classes/stolen.ts'
import { tamperedMetadata } from './classes/tampered-metadata.ts'

/** All kinds of attack. */
export const allClasses: readonly AttackClass[] = [
  ...capsules,
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
  ...physicalPlaces,
]
