import type { OperationId } from '@headgate/iceberg/rest'

const MiB = 1024 ** 2
/** Value for operations whose body has no limit except `HEADGATE_MAX_BODY_BYTES`, which applies to all operations. */
const configured = Number.POSITIVE_INFINITY

/**
 * Largest request body of each operation, in bytes. Operations that are not listed accept small bodies (64
 * KiB). Each listed operation has an `admit` function in its file, which authorizes the caller before a larger
 * body is read.
 */
export const bodyLimits: Partial<Readonly<Record<OperationId, number>>> = {
  createTable: configured,
  updateTable: configured,
  commitTransaction: configured,
  createView: configured,
  replaceView: configured,
  createNamespace: MiB,
  updateProperties: MiB,
  // A report can contain the names of thousands of projected columns.
  reportMetrics: MiB / 4,
  // The request contains the body of the DeleteObjects request that the server signs.
  signRequest: 2 * MiB,
}
