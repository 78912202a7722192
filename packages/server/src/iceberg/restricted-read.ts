import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { ReadRestriction } from '../catalog/find-readable.ts'
import type { Target } from '../catalog/target.ts'

/**
 * Refuses a caller with a restricted grant that cannot be enforced: its engine is not trusted, and files do not decide.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkEnforceable(
  { warehouse, identifier }: Pick<Target, 'warehouse' | 'identifier'>,
  { rows, columns, isEnforced }: ReadRestriction,
): void {
  const name = formatIdentifier(identifier)
  const advice =
    'Use an engine whose entry has --enforces-restrictions, or ask for a grant of select without a restriction.'
  if (isEnforced) return
  if (columns !== null || rows === null)
    throw new HeadgateError(
      'forbidden',
      `Your grant on table ${name} is restricted to some columns, and a file contains all columns. ${advice}`,
    )
  if (warehouse.vending.mode !== 'gateway')
    throw new HeadgateError(
      'forbidden',
      `Your grant on table ${name} is restricted to some rows. Only warehouses of vending mode gateway can limit a client to the files with these rows. ${advice}`,
    )
}

/** Returns the error for a caller that requests credentials of a table that it may read only by plans. */
export function onlyByPlan({ identifier }: Pick<Target, 'identifier'>): HeadgateError {
  return new HeadgateError(
    'forbidden',
    `Your grant on table ${formatIdentifier(identifier)} is restricted to some rows. The server issues credentials only for the files of a plan: plan the scan with planTableScan.`,
  )
}
