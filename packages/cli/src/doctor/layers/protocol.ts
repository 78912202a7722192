import { failureCode, isRedirect } from '@headgate/http'
import { failed, type Diagnosis } from '../finding.ts'
import { describeResponse, isHtml, readErrorBody, toObject } from '../http/describe-response.ts'
import { toHost } from '../http/hosts.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { shakeHands } from '../http/tls-handshake.ts'
import type { DoctorContext } from '../context.ts'
import type { Layer } from './layer.ts'

/** URL paths at which known catalogs serve the Iceberg REST protocol. */
const knownPaths = [
  '',
  '/api/catalog',
  '/iceberg',
  '/catalog',
  '/polaris/api/catalog',
  '/api/2.1/unity-catalog/iceberg-rest',
  '/api/2.1/unity-catalog/iceberg',
  '/lakekeeper/catalog',
  '/rest',
]

/** Layer that checks, from the response to the first request, whether the URL is the URL of a catalog. */
export const protocolLayer: Layer = {
  name: 'protocol',
  check: async (context) => {
    const { learned, fact } = context
    const { first } = learned
    if (first === undefined) return [await describeFailure(context)]
    fact(`GET /v1/config without credentials: ${describeResponse(first)}`)
    return await judge(context, first)
  },
}

async function judge(context: DoctorContext, first: RawResponse): Promise<readonly Diagnosis[]> {
  const { settings } = context
  if (isRedirect({ status: first.status, headers: first.headers, body: new Uint8Array() })) {
    const location = first.headers.get('location') ?? 'no address'
    return [
      failed('redirected', {
        evidence: `GET ${settings.uri}/v1/config answers with a redirect to ${location}.`,
        remedy: `Set ${settings.names.uri} to the URL of the catalog itself. If the address is a login page, a proxy in front of the catalog requires a login that engines cannot make.`,
      }),
    ]
  }
  if (isCatalog(first)) return []
  if (first.status === 429 || first.status >= 500) {
    return [
      failed('server-failed', {
        evidence: `GET ${settings.uri}/v1/config: ${describeResponse(first)}.`,
        remedy: 'Read the log of the catalog, or of the proxy in front of it.',
      }),
    ]
  }
  const better = await findCatalog(context)
  return [
    failed('not-a-catalog', {
      evidence: `GET ${settings.uri}/v1/config: ${describeResponse(first)}. This is not a response of an Iceberg REST catalog.`,
      remedy:
        better === null
          ? `Set ${settings.names.uri} to the base URL of the catalog: the part of its URLs before /v1.`
          : `Set ${settings.names.uri} to ${better}: there, a catalog responds.`,
    }),
  ]
}

/**
 * Returns whether a response to `getConfig` is from a catalog, or from a proxy in front of it that requires
 * authentication.
 */
function isCatalog({ status, json, headers, text }: RawResponse): boolean {
  const body = toObject(json)
  if (status === 200) return typeof body['defaults'] === 'object' || typeof body['overrides'] === 'object'
  if (status === 401 || status === 403 || status === 419 || status === 407) return true
  const { message, type, code } = readErrorBody({ json })
  if (isHtml({ headers, text })) return false
  return message !== undefined && type !== undefined && (code === undefined || typeof code === 'number')
}

/** Requests `getConfig` at the paths of known catalogs. Returns the base URL at which a catalog responds, or null. */
async function findCatalog(context: DoctorContext): Promise<string | null> {
  const { uri } = context.settings
  const { origin } = new URL(uri)
  const candidates = [uri.replace(/\/v1\/?$/, ''), ...knownPaths.map((path) => origin + path)]
  for (const candidate of new Set(candidates)) {
    if (candidate === uri) continue
    try {
      const response = await rawRequest(context, { method: 'GET', url: `${candidate}/v1/config` })
      if (isCatalog(response)) return candidate
    } catch {
      // No catalog responds at this path. The next path is tried.
    }
  }
  return null
}

async function describeFailure({ settings, learned, options }: DoctorContext): Promise<Diagnosis> {
  const error = learned.firstFailure
  const reason = failureCode(error) ?? (error instanceof Error ? error.message : String(error))
  const evidence = `GET ${settings.uri}/v1/config got no HTTP response (${reason}).`
  const url = new URL(settings.uri)
  if (url.protocol === 'http:' && (await speaksTls(url, options.stepMs))) {
    return failed('tls-required', {
      evidence: `${evidence} The port speaks TLS.`,
      remedy: `Use https in ${settings.names.uri}.`,
    })
  }
  return failed('no-response', {
    evidence,
    remedy:
      'The port accepts connections, but no HTTP server responds: check that it is the port of the catalog, and look at the proxies between.',
  })
}

async function speaksTls(url: URL, ms: number): Promise<boolean> {
  try {
    await shakeHands(toHost(url, 'catalog', ''), undefined, ms)
    return true
  } catch {
    return false
  }
}
