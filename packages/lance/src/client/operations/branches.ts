import {
  decodeCreateTableBranchResponse,
  decodeDeleteTableBranchResponse,
  decodeListTableBranchesResponse,
  type BranchContents,
  type CreateTableBranchRequest,
  type CreateTableBranchResponse,
  type DeleteTableBranchRequest,
  type DeleteTableBranchResponse,
  type ListTableBranchesRequest,
  type ListTableBranchesResponse,
} from '../../model/wire/branch.ts'
import type { CallOptions } from '../call-options.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { list, respond, type About } from './respond.ts'

/** Lines of versions beside the main one. Most requests about a table take a `branch`. */
export interface BranchOperations {
  /** The branches of a table, each with its name. */
  listTableBranches(
    request: About<ListTableBranchesRequest>,
    options?: CallOptions,
  ): Pages<readonly [name: string, branch: BranchContents], ListTableBranchesResponse>

  /** @throws {TableBranchAlreadyExistsError} {TableBranchNotFoundError} of the source */
  createTableBranch(
    request: About<CreateTableBranchRequest>,
    options?: CallOptions,
  ): Promise<CreateTableBranchResponse>

  /** @throws {TableBranchNotFoundError} */
  deleteTableBranch(
    request: About<DeleteTableBranchRequest>,
    options?: CallOptions,
  ): Promise<DeleteTableBranchResponse>
}

export const branchOperations = (session: Session): BranchOperations => ({
  listTableBranches: (request, options) =>
    list(
      session,
      'ListTableBranches',
      decodeListTableBranchesResponse,
      ({ branches }) => Object.entries(branches),
      request,
      options,
    ),
  createTableBranch: (request, options) =>
    respond(session, 'CreateTableBranch', decodeCreateTableBranchResponse, request, options),
  deleteTableBranch: (request, options) =>
    respond(session, 'DeleteTableBranch', decodeDeleteTableBranchResponse, request, options),
})
