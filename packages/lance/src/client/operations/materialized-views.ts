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
import { callJson, type About } from './call-json.ts'

export interface MaterializedViewOperations {
  /**
   * Creates a materialized view from a query or a table function. With `with_no_data: false`, the server starts to
   * fill the view at once. Otherwise the view is empty until it is refreshed.
   */
  createMaterializedView(
    request: About<CreateMaterializedViewRequest>,
    options?: CallOptions,
  ): Promise<CreateMaterializedViewResponse>

  /** Starts a job on the server that refreshes a materialized view. */
  refreshMaterializedView(
    request: About<RefreshMaterializedViewRequest>,
    options?: CallOptions,
  ): Promise<RefreshMaterializedViewResponse>
}

export const materializedViewOperations = (session: Session): MaterializedViewOperations => ({
  createMaterializedView: (request, options) =>
    callJson(session, 'CreateMaterializedView', decodeCreateMaterializedViewResponse, request, options),
  refreshMaterializedView: (request, options) =>
    callJson(session, 'RefreshMaterializedView', decodeRefreshMaterializedViewResponse, request, options),
})
