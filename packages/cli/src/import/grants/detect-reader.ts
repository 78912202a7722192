import { CliError } from '../../cli-error.ts'
import { whoAmI } from '../../management/generated/access.ts'
import type { Session } from '../../session.ts'
import type { Source } from '../connect-source.ts'
import { createSourceClient } from '../source-client.ts'
import { createHeadgateReader } from './headgate/read-headgate.ts'
import { serverInfoDecoder } from './lakekeeper/lakekeeper-api.ts'
import { createLakekeeperReader } from './lakekeeper/read-lakekeeper.ts'
import { catalogRolesDecoder } from './polaris/polaris-api.ts'
import { createPolarisReader } from './polaris/read-polaris.ts'
import { createSourceApi, type SourceApi } from './source-api.ts'
import type { GrantsReader } from './source-grants.ts'
import { sourcePath } from './source-path.ts'
import { SourceRefusedError } from './source-refused-error.ts'
import { createUnityReader } from './unity-catalog/read-unity.ts'

/** Reader of the grants in a source catalog, or the reason, as a sentence, why its grants cannot be read. */
export type Detection = { readonly reader: GrantsReader } | { readonly reason: string }

/**
 * Detects which product a source catalog is, from a response that only the management API of this product returns.
 * Returns the reader of its grants.
 */
export async function detectReader(session: Session, source: Source): Promise<Detection> {
  const url = source.url.replace(/\/+$/, '')
  const client = createSourceClient(source, session.settings.timeoutMs)
  if (await answers(() => whoAmI(client).then(({ body }) => body)))
    return { reader: createHeadgateReader(session, client, source.warehouse ?? 'lakehouse') }
  const api = createSourceApi(source, session.settings.timeoutMs)
  const { warehouse } = source
  if (warehouse === undefined)
    return {
      reason: `${unknown(url)} The warehouse of the source is not known either: add --from-warehouse.`,
    }
  const [, root] = /^(.*)\/catalog$/.exec(url) ?? []
  if (root !== undefined)
    return (
      (await detectLakekeeper(api, root, url, warehouse)) ??
      (await detectPolaris(api, root, warehouse)) ?? { reason: unknown(url) }
    )
  const [, unity] = /^(.*\/unity-catalog)\/iceberg$/.exec(url) ?? []
  if (unity !== undefined) return { reader: createUnityReader(api, unity, warehouse) }
  return { reason: unknown(url) }
}

async function detectLakekeeper(
  api: SourceApi,
  root: string,
  catalog: string,
  warehouse: string,
): Promise<Detection | null> {
  const management = `${root}/management/v1`
  const info = await orNull(() => api.get(management, '/info', serverInfoDecoder))
  if (info === null) return null
  const { 'authz-backend': backend } = info
  if (backend === 'openfga')
    return { reader: createLakekeeperReader(api, { management, catalog }, warehouse) }
  return {
    reason: `Lakekeeper at ${root} decides with "${backend}", which has no grants that can be read: only those of OpenFGA can.`,
  }
}

async function detectPolaris(api: SourceApi, root: string, warehouse: string): Promise<Detection | null> {
  const base = `${root}/management/v1`
  try {
    await api.get(base, sourcePath`/catalogs/${warehouse}/catalog-roles`, catalogRolesDecoder)
  } catch (error) {
    if (error instanceof SourceRefusedError && error.status === 403) {
      return {
        reason: `The source at ${root} refuses to list the roles of the catalog (${error.message}). The credential needs CATALOG_MANAGE_ACCESS on the catalog.`,
      }
    }
    if (error instanceof SourceRefusedError || error instanceof CliError) return null
    throw error
  }
  return { reader: createPolarisReader(api, base, warehouse) }
}

function unknown(url: string): string {
  return `The source at ${url} has no management API that this command knows (Headgate, Polaris, Lakekeeper with OpenFGA, Unity Catalog).`
}

/**
 * Returns the response to a request, or null if the source catalog refuses the request or its response has another
 * form.
 */
async function orNull<Body>(request: () => Promise<Body>): Promise<Body | null> {
  try {
    return await request()
  } catch (error) {
    if (error instanceof SourceRefusedError || error instanceof CliError) return null
    throw error
  }
}

async function answers(request: () => Promise<unknown>): Promise<boolean> {
  return (await orNull(request)) !== null
}
