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
import { callJson, listPages, type About } from './call-json.ts'

/**
 * Operations on the branches of a table. The member `branch` of most requests selects the branch that the request
 * applies to.
 */
export interface BranchOperations {
  /** Lists the branches of a table as pairs of name and branch. */
  listTableBranches(
    request: About<ListTableBranchesRequest>,
    options?: CallOptions,
  ): Pages<readonly [name: string, branch: BranchContents], ListTableBranchesResponse>

  /**
   * Creates a branch of a table from a version of another branch.
   *
   * @throws {TableBranchAlreadyExistsError} {TableBranchNotFoundError} when the source branch does not exist
   */
  createTableBranch(
    request: About<CreateTableBranchRequest>,
    options?: CallOptions,
  ): Promise<CreateTableBranchResponse>

  /**
   * Deletes a branch of a table.
   *
   * @throws {TableBranchNotFoundError}
   */
  deleteTableBranch(
    request: About<DeleteTableBranchRequest>,
    options?: CallOptions,
  ): Promise<DeleteTableBranchResponse>
}

export const branchOperations = (session: Session): BranchOperations => ({
  listTableBranches: (request, options) =>
    listPages(
      session,
      'ListTableBranches',
      decodeListTableBranchesResponse,
      ({ branches }) => Object.entries(branches),
      request,
      options,
    ),
  createTableBranch: (request, options) =>
    callJson(session, 'CreateTableBranch', decodeCreateTableBranchResponse, request, options),
  deleteTableBranch: (request, options) =>
    callJson(session, 'DeleteTableBranch', decodeDeleteTableBranchResponse, request, options),
})
