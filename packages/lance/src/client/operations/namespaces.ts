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
import { readExistence } from '../answers.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { list, respond, type About } from './respond.ts'

/** Where a request about namespaces names none, it is about the root. */
export interface NamespaceOperations {
  /**
   * Creates a namespace. Its parent must exist.
   *
   * @throws {NamespaceAlreadyExistsError} {NamespaceNotFoundError} of the parent
   * @example await lance.createNamespace({ id: ['sales'], properties: { owner: 'ann' } })
   */
  createNamespace(
    request: About<CreateNamespaceRequest>,
    options?: CallOptions,
  ): Promise<CreateNamespaceResponse>

  /**
   * The names of the namespaces within a namespace; `limit` is that of one page.
   *
   * @throws {NamespaceNotFoundError}
   * @example for await (const name of lance.listNamespaces()) console.log(name)
   */
  listNamespaces(
    request?: ListNamespacesRequest,
    options?: CallOptions,
  ): Pages<string, ListNamespacesResponse>

  /**
   * Its properties; null where the server keeps none.
   *
   * @throws {NamespaceNotFoundError}
   */
  describeNamespace(
    request?: DescribeNamespaceRequest,
    options?: CallOptions,
  ): Promise<DescribeNamespaceResponse>

  /**
   * Drops a namespace. `behavior: 'Cascade'` drops what is in it too, `mode: 'Skip'` is content when there is none;
   * not every server knows them.
   *
   * @throws {NamespaceNotEmptyError} {NamespaceNotFoundError}
   */
  dropNamespace(request: About<DropNamespaceRequest>, options?: CallOptions): Promise<DropNamespaceResponse>

  namespaceExists(request: About<NamespaceExistsRequest>, options?: CallOptions): Promise<boolean>
}

export const namespaceOperations = (session: Session): NamespaceOperations => ({
  createNamespace: (request, options) =>
    respond(session, 'CreateNamespace', decodeCreateNamespaceResponse, request, options),
  listNamespaces: (request = {}, options) =>
    list(
      session,
      'ListNamespaces',
      decodeListNamespacesResponse,
      ({ namespaces }) => namespaces,
      request,
      options,
    ),
  describeNamespace: (request = {}, options) =>
    respond(session, 'DescribeNamespace', decodeDescribeNamespaceResponse, request, options),
  dropNamespace: (request, options) =>
    respond(session, 'DropNamespace', decodeDropNamespaceResponse, request, options),
  namespaceExists: (request, options) => readExistence(call(session, 'NamespaceExists', request, options)),
})
