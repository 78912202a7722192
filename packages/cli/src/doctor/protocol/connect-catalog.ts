import type { AuthProvider } from '@headgate/auth'
import { RestCatalog } from '@headgate/iceberg/client'
import type { DoctorContext } from '../context.ts'

/** Values with which one connection differs from the session of the engine, such as another auth provider. */
export interface ConnectOverrides {
  readonly uri?: string
  readonly auth?: AuthProvider
}

/** Connects to the catalog with the settings of the engine, but with short time limits and one retry. */
export async function connectCatalog(
  { settings, options, signal, fetch, learned }: DoctorContext,
  { uri = settings.uri, auth = learned.auth }: ConnectOverrides = {},
): Promise<RestCatalog> {
  return await RestCatalog.connect({
    uri,
    ...(settings.warehouse === undefined ? {} : { warehouse: settings.warehouse }),
    headers: settings.headers,
    accessDelegation: settings.delegation,
    // Some catalogs that support views, such as Nessie, do not list their endpoints, so this property states that they
    // do.
    properties: { 'view-endpoints-supported': 'true' },
    tableCache: false,
    timeoutMs: options.stepMs,
    maxRetries: 1,
    signal,
    fetch,
    ...(auth === undefined ? {} : { auth }),
  })
}
