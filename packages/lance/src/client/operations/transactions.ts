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

/** Operations on transactions. Long operations return the id of a transaction, whose status shows their progress. */
export interface TransactionOperations {
  /** @throws {TransactionNotFoundError} */
  describeTransaction(
    request: About<DescribeTransactionRequest>,
    options?: CallOptions,
  ): Promise<DescribeTransactionResponse>

  /** Sets the status or properties of a transaction: all actions, or none. @throws {TransactionNotFoundError} */
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
