import type { OperationId } from '@headgate/iceberg/client'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeResponse, isHtml, toObject } from '../http/describe-response.ts'
import { toHost } from '../http/hosts.ts'
import { resolveName } from '../http/reach-host.ts'
import type { DoctorContext } from '../context.ts'
import { connectCatalog } from '../protocol/connect-catalog.ts'
import { checkErrorBodies } from '../protocol/error-bodies.ts'
import { checkCatalogCors } from '../protocol/cors.ts'
import { connectHost } from './connection.ts'
import type { Layer } from './layer.ts'
import { unresolved } from './name.ts'

/** Operations that an engine needs to read a table. */
const needed: readonly OperationId[] = ['listNamespaces', 'listTables', 'loadTable']

/** Layer that checks the response to `getConfig`, and the form of the catalog's error responses. */
export const configurationLayer: Layer = {
  name: 'configuration',
  check: async (context) => {
    const refused = judgeStatus(context)
    if (refused !== null) return [refused]
    const address = await checkAddress(context)
    if (address?.status === 'failed') return [address]
    const catalog = await connectCatalog(context)
    context.closeLater(catalog)
    context.learned.catalog = catalog
    const { prefix, properties, endpoints } = catalog.config
    const region = properties['client.region'] ?? properties['s3.region']
    context.fact(
      `prefix ${prefix ?? '–'}, ${endpoints.size} operations${region === undefined ? '' : `, region ${region}`}`,
    )
    const missing = needed.filter((operation) => !catalog.supports(operation))
    return [
      ...(address === null ? [] : [address]),
      ...missing.map(operationMissing),
      ...(isWithoutUser(context) ? [] : await checkErrorBodies(context)),
      ...(await checkCatalogCors(context)),
    ]
  },
}

/**
 * Returns whether the engine acts for users but the command line names no user. Catalogs allow an engine without a
 * user only few requests.
 */
const isWithoutUser = ({ settings, options }: DoctorContext): boolean =>
  settings.userSession && options.user === null

function judgeStatus({ learned, settings }: DoctorContext): Diagnosis | null {
  const { config } = learned
  if (config === undefined || config.status < 300) {
    return config !== undefined && (config.json === undefined || isHtml(config))
      ? failed('not-a-catalog', {
          evidence: `GET /v1/config: ${describeResponse(config)}.`,
          remedy: `Set ${settings.names.uri} to the base URL of the catalog.`,
        })
      : null
  }
  const evidence = `GET /v1/config?warehouse=${settings.warehouse ?? ''}: ${describeResponse(config)}.`
  if (config.status === 403) {
    return failed('configuration-forbidden', {
      evidence,
      remedy: `The identity may not use this warehouse. Grant it access in the catalog, or correct ${settings.names.warehouse}.`,
    })
  }
  if (config.status < 500) {
    return failed('warehouse-unknown', {
      evidence,
      remedy: `Set ${settings.names.warehouse} to the name of a warehouse (catalog) of this server that the identity may use.`,
    })
  }
  return failed('configuration-failed', { evidence, remedy: 'Read the log of the catalog.' })
}

/**
 * Checks the URL to which the response of `getConfig` directs clients (property `uri`). Returns a diagnosis if clients
 * cannot connect to it, or if it has another origin than the configured URL, otherwise null.
 */
async function checkAddress({ learned, settings, options }: DoctorContext): Promise<Diagnosis | null> {
  const body = toObject(learned.config?.json)
  const uri = toObject(body['overrides'])['uri']
  const url = typeof uri === 'string' ? URL.parse(uri) : null
  if (url === null || url.origin === new URL(settings.uri).origin) return null
  const host = toHost(url, 'catalog, which the catalog itself names', 'the public URL of the catalog')
  const { error } = await resolveName(host.name, options.stepMs)
  if (error !== undefined) return unresolved(host, error, 'catalog-address')
  const diagnosis = await connectHost(host, options.stepMs, 'catalog-address')
  if (diagnosis !== null) return diagnosis
  return warning('catalog-address-differs', {
    evidence: `The catalog directs clients from ${settings.uri} to ${url.origin}.`,
    remedy: `Configure the public URL of the catalog, or set ${settings.names.uri} to ${url.origin}.`,
  })
}

const operationMissing = (operation: OperationId): Diagnosis =>
  failed('operation-missing', {
    evidence: `The catalog does not list the operation ${operation} among its endpoints.`,
    remedy:
      'Allow the operation in the catalog, or in the gateway in front of it, and let GET /v1/config list it.',
  })
