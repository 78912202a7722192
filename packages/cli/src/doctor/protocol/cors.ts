import { failed, type Diagnosis } from '../finding.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'

/** Checks that web pages of the origin in `--origin` may call the catalog (Fetch standard, "CORS protocol"). */
export async function checkCatalogCors(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { options, settings } = context
  const { origin } = options
  if (origin === null) return []
  const refused = await refusedMethods(
    context,
    `${settings.uri}/v1/config`,
    ['GET', 'POST', 'DELETE'],
    origin,
    ['authorization', 'content-type'],
  )
  if (refused === null) return []
  return [
    failed('catalog-cors', {
      evidence: `Browsers refuse requests of pages of ${origin} to the catalog: ${refused}`,
      remedy: `Add ${origin} to the allowed origins of the catalog (Headgate: HEADGATE_CORS_ORIGINS).`,
    }),
  ]
}

/** Checks that web pages of the origin in `--origin` may read and write the storage. */
export async function checkStorageCors(context: DoctorContext, url: string): Promise<readonly Diagnosis[]> {
  const { origin } = context.options
  if (origin === null) return []
  const headers = ['authorization', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token', 'range']
  const refused = await refusedMethods(context, url, ['GET', 'PUT', 'DELETE'], origin, headers)
  if (refused === null) return []
  return [
    failed('storage-cors', {
      evidence: `Browsers refuse requests of pages of ${origin} to the storage: ${refused}`,
      remedy: `Add a CORS rule to the bucket: AllowedOrigins ${origin}, AllowedMethods GET, HEAD, PUT, DELETE, AllowedHeaders *, ExposeHeaders ETag. A store or gateway without CORS needs a proxy that adds it.`,
      report: reports.storeCors,
    }),
  ]
}

/**
 * Sends a CORS preflight request for each method. Returns a description of the refused methods, or null if none is
 * refused.
 */
async function refusedMethods(
  context: DoctorContext,
  url: string,
  methods: readonly string[],
  origin: string,
  headers: readonly string[],
): Promise<string | null> {
  const refused: string[] = []
  for (const method of methods) {
    const response = await rawRequest(context, {
      method: 'OPTIONS',
      url,
      headers: [
        ['origin', origin],
        ['access-control-request-method', method],
        ['access-control-request-headers', headers.join(',')],
      ],
    })
    if (!allows(response, method, origin)) refused.push(`${method} (status ${response.status})`)
  }
  return refused.length === 0 ? null : `the preflight is refused for ${refused.join(', ')}.`
}

function allows({ status, headers }: RawResponse, method: string, origin: string): boolean {
  const allowed = headers.get('access-control-allow-origin')
  const methods = headers.get('access-control-allow-methods')?.toUpperCase() ?? ''
  const isSimple = method === 'GET'
  return (
    status >= 200 &&
    status < 300 &&
    (allowed === '*' || allowed === origin) &&
    (isSimple || methods.includes(method) || methods.trim() === '*')
  )
}
