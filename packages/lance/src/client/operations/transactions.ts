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
import { respond, type About } from './respond.ts'

/** Operations that take long answer with the id of a transaction, which tells how they are doing. */
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
    respond(session, 'DescribeTransaction', decodeDescribeTransactionResponse, request, options),
  alterTransaction: (request, options) =>
    respond(session, 'AlterTransaction', decodeAlterTransactionResponse, request, options),
})
