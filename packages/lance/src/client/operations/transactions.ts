import {
  decodeAlterTransactionResponse,
  decodeDescribeTransactionResponse,
  type AlterTransactionRequest,
  type AlterTransactionResponse,
  type DescribeTransactionRequest,
  type DescribeTransactionResponse,
} from '../../model/wire/transaction.ts'
import type { CallOptions } from '../call-options.ts'
import type { Session } from '../session.ts'
import { callJson, type About } from './call-json.ts'

/**
 * Operations on transactions. The response to a long operation contains the id of a transaction, whose status shows
 * the progress of the operation.
 */
export interface TransactionOperations {
  /**
   * Returns the status and the properties of a transaction.
   *
   * @throws {TransactionNotFoundError}
   */
  describeTransaction(
    request: About<DescribeTransactionRequest>,
    options?: CallOptions,
  ): Promise<DescribeTransactionResponse>

  /**
   * Changes the status or properties of a transaction. The server applies all actions or none. @throws
   * {TransactionNotFoundError}
   */
  alterTransaction(
    request: About<AlterTransactionRequest>,
    options?: CallOptions,
  ): Promise<AlterTransactionResponse>
}

export const transactionOperations = (session: Session): TransactionOperations => ({
  describeTransaction: (request, options) =>
    callJson(session, 'DescribeTransaction', decodeDescribeTransactionResponse, request, options),
  alterTransaction: (request, options) =>
    callJson(session, 'AlterTransaction', decodeAlterTransactionResponse, request, options),
})
