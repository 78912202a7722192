import {
  decodeCreateNamespaceResponse,
  decodeDescribeNamespaceResponse,
  decodeDropNamespaceResponse,
  decodeListNamespacesResponse,
  type CreateNamespaceRequest,
  type CreateNamespaceResponse,
  type DescribeNamespaceRequest,
  type DescribeNamespaceResponse,
  type DropNamespaceRequest,
  type DropNamespaceResponse,
  type ListNamespacesRequest,
  type ListNamespacesResponse,
  type NamespaceExistsRequest,
} from '../../model/wire/namespace.ts'
import { readExistence } from '../responses.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { callJson, listPages, type About } from './call-json.ts'

/** Operations on namespaces. A request without an `id` applies to the root namespace. */
export interface NamespaceOperations {
  /**
   * Creates a namespace. Its parent must exist.
   *
   * @throws {NamespaceAlreadyExistsError} {NamespaceNotFoundError} when the parent does not exist
   * @example await lance.createNamespace({ id: ['sales'], properties: { owner: 'ann' } })
   */
  createNamespace(
    request: About<CreateNamespaceRequest>,
    options?: CallOptions,
  ): Promise<CreateNamespaceResponse>

  /**
   * Lists the names of the namespaces in a namespace. `limit` is the maximum size of one page.
   *
   * @throws {NamespaceNotFoundError}
   * @example for await (const name of lance.listNamespaces()) console.log(name)
   */
  listNamespaces(
    request?: ListNamespacesRequest,
    options?: CallOptions,
  ): Pages<string, ListNamespacesResponse>

  /**
   * Returns the properties of a namespace. The properties are null if the server stores none.
   *
   * @throws {NamespaceNotFoundError}
   */
  describeNamespace(
    request?: DescribeNamespaceRequest,
    options?: CallOptions,
  ): Promise<DescribeNamespaceResponse>

  /**
   * Drops a namespace. `behavior: 'Cascade'` also drops its content. With `mode: 'Skip'`, the call succeeds if the
   * namespace does not exist. Not every server implements these members.
   *
   * @throws {NamespaceNotEmptyError} {NamespaceNotFoundError}
   */
  dropNamespace(request: About<DropNamespaceRequest>, options?: CallOptions): Promise<DropNamespaceResponse>

  namespaceExists(request: About<NamespaceExistsRequest>, options?: CallOptions): Promise<boolean>
}

export const namespaceOperations = (session: Session): NamespaceOperations => ({
  createNamespace: (request, options) =>
    callJson(session, 'CreateNamespace', decodeCreateNamespaceResponse, request, options),
  listNamespaces: (request = {}, options) =>
    listPages(
      session,
      'ListNamespaces',
      decodeListNamespacesResponse,
      ({ namespaces }) => namespaces,
      request,
      options,
    ),
  describeNamespace: (request = {}, options) =>
    callJson(session, 'DescribeNamespace', decodeDescribeNamespaceResponse, request, options),
  dropNamespace: (request, options) =>
    callJson(session, 'DropNamespace', decodeDropNamespaceResponse, request, options),
  namespaceExists: (request, options) => readExistence(call(session, 'NamespaceExists', request, options)),
})
