import {
  decodeCreateTableTagResponse,
  decodeDeleteTableTagResponse,
  decodeGetTableTagVersionResponse,
  decodeListTableTagsResponse,
  decodeUpdateTableTagResponse,
  type CreateTableTagRequest,
  type CreateTableTagResponse,
  type DeleteTableTagRequest,
  type DeleteTableTagResponse,
  type GetTableTagVersionRequest,
  type GetTableTagVersionResponse,
  type ListTableTagsRequest,
  type ListTableTagsResponse,
  type TagContents,
  type UpdateTableTagRequest,
  type UpdateTableTagResponse,
} from '../../model/wire/tag.ts'
import type { CallOptions } from '../call-options.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { callJson, listPages, type About } from './call-json.ts'

/** Operations on the tags of a table. A tag is a name for a version of the table. */
export interface TagOperations {
  /**
   * Lists the tags of a table as pairs of name and tag.
   *
   * @example for await (const [name, { version }] of lance.listTableTags({ id })) console.log(name, version)
   */
  listTableTags(
    request: About<ListTableTagsRequest>,
    options?: CallOptions,
  ): Pages<readonly [name: string, tag: TagContents], ListTableTagsResponse>

  /**
   * Returns the version of a table that a tag refers to.
   *
   * @throws {TableTagNotFoundError}
   */
  getTableTagVersion(
    request: About<GetTableTagVersionRequest>,
    options?: CallOptions,
  ): Promise<GetTableTagVersionResponse>

  /**
   * Creates a tag that refers to a version of a table.
   *
   * @throws {TableTagAlreadyExistsError} {TableVersionNotFoundError}
   */
  createTableTag(
    request: About<CreateTableTagRequest>,
    options?: CallOptions,
  ): Promise<CreateTableTagResponse>

  /** Changes the version that a tag refers to. @throws {TableTagNotFoundError} */
  updateTableTag(
    request: About<UpdateTableTagRequest>,
    options?: CallOptions,
  ): Promise<UpdateTableTagResponse>

  /**
   * Deletes a tag. The version that it refers to is not deleted.
   *
   * @throws {TableTagNotFoundError}
   */
  deleteTableTag(
    request: About<DeleteTableTagRequest>,
    options?: CallOptions,
  ): Promise<DeleteTableTagResponse>
}

export const tagOperations = (session: Session): TagOperations => ({
  listTableTags: (request, options) =>
    listPages(
      session,
      'ListTableTags',
      decodeListTableTagsResponse,
      ({ tags }) => Object.entries(tags),
      request,
      options,
    ),
  getTableTagVersion: (request, options) =>
    callJson(session, 'GetTableTagVersion', decodeGetTableTagVersionResponse, request, options),
  createTableTag: (request, options) =>
    callJson(session, 'CreateTableTag', decodeCreateTableTagResponse, request, options),
  updateTableTag: (request, options) =>
    callJson(session, 'UpdateTableTag', decodeUpdateTableTagResponse, request, options),
  deleteTableTag: (request, options) =>
    callJson(session, 'DeleteTableTag', decodeDeleteTableTagResponse, request, options),
})
