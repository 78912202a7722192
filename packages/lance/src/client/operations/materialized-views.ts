import {
  decodeCreateMaterializedViewResponse,
  decodeRefreshMaterializedViewResponse,
  type CreateMaterializedViewRequest,
  type CreateMaterializedViewResponse,
  type RefreshMaterializedViewRequest,
  type RefreshMaterializedViewResponse,
} from '../../model/wire/materialized-view.ts'
import type { CallOptions } from '../call-options.ts'
import type { Session } from '../session.ts'
import { respond, type About } from './respond.ts'

export interface MaterializedViewOperations {
  /** Creates a view of a query or a table function; without `with_no_data: false` it is empty until it is refreshed. */
  createMaterializedView(
    request: About<CreateMaterializedViewRequest>,
    options?: CallOptions,
  ): Promise<CreateMaterializedViewResponse>

  /** Starts the job that brings a view up to date. */
  refreshMaterializedView(
    request: About<RefreshMaterializedViewRequest>,
    options?: CallOptions,
  ): Promise<RefreshMaterializedViewResponse>
}

export const materializedViewOperations = (session: Session): MaterializedViewOperations => ({
  createMaterializedView: (request, options) =>
    respond(session, 'CreateMaterializedView', decodeCreateMaterializedViewResponse, request, options),
  refreshMaterializedView: (request, options) =>
    respond(session, 'RefreshMaterializedView', decodeRefreshMaterializedViewResponse, request, options),
})
