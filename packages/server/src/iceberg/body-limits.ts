import type { OperationId } from '@headgate/iceberg/rest'

const MiB = 1024 ** 2
/** Only `HEADGATE_MAX_BODY_BYTES` limits it. */
const configured = Number.POSITIVE_INFINITY

/**
 * Largest request body of each operation, in bytes. Operations that are not listed accept small bodies (64 KiB). Each
 * listed one has an `admit` in its file, which decides on larger bodies before they are read.
 */
export const bodyLimits: Partial<Readonly<Record<OperationId, number>>> = {
  createTable: configured,
  updateTable: configured,
  commitTransaction: configured,
  createView: configured,
  replaceView: configured,
  createNamespace: MiB,
  updateProperties: MiB,
  // A report contains the names of thousands of projected columns.
  reportMetrics: MiB / 4,
  // The request contains the body of a signed DeleteObjects request.
  signRequest: 2 * MiB,
}
