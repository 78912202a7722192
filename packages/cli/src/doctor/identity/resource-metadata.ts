import { rawRequest } from '../http/raw-request.ts'
import { toObject } from '../http/describe-response.ts'
import type { DoctorContext } from '../context.ts'

/** Metadata in which a catalog describes the tokens that it accepts (RFC 9728). */
export interface ResourceMetadata {
  readonly resource: string | undefined
  readonly issuers: readonly string[]
  readonly scopes: readonly string[]
}

/**
 * Reads the protected resource metadata of the catalog, from the URL in the authentication challenge of the first
 * response, or from the well-known path.
 */
export async function readResourceMetadata(context: DoctorContext): Promise<ResourceMetadata | null> {
  const { settings, learned } = context
  const challenge = learned.first?.headers.get('www-authenticate') ?? ''
  const named = /resource_metadata="([^"]+)"/.exec(challenge)?.[1]
  const { origin, pathname } = new URL(settings.uri)
  const url = named ?? `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  const body = await readDocument(context, url)
  if (body === null) return null
  const resource = body['resource']
  return {
    resource: typeof resource === 'string' ? resource : undefined,
    issuers: toTexts(body['authorization_servers']),
    scopes: toTexts(body['scopes_supported']),
  }
}

/** Metadata of a token issuer (RFC 8414, OpenID Connect Discovery). */
export interface IssuerMetadata {
  readonly tokenEndpoint: string | undefined
  readonly scopes: readonly string[]
}

/**
 * Paths of the metadata documents of an issuer. Some issuers put the token endpoint only into one of the two
 * documents.
 */
const issuerDocuments = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/** Reads the metadata of an issuer. Returns null if the issuer has no metadata document. */
export async function readIssuerMetadata(
  context: DoctorContext,
  issuer: string,
): Promise<IssuerMetadata | null> {
  const base = issuer.replace(/\/+$/, '')
  const documents = await Promise.all(
    issuerDocuments.map(async (path) => await readDocument(context, base + path)),
  )
  const found = documents.filter((document) => document !== null)
  if (found.length === 0) return null
  const texts = (name: string): readonly string[] => [
    ...new Set(found.flatMap((each) => toTexts(each[name]))),
  ]
  return {
    tokenEndpoint: found
      .map((each) => each['token_endpoint'])
      .find((endpoint): endpoint is string => typeof endpoint === 'string'),
    scopes: texts('scopes_supported'),
  }
}

/**
 * Returns the URLs of issuers to which a token endpoint may belong: its URL without known suffixes such as
 * `/protocol/openid-connect/token`, and its origin.
 */
export function guessIssuers(tokenEndpoint: string): readonly string[] {
  const { origin, pathname } = new URL(tokenEndpoint)
  const path = pathname.replace(
    /\/(protocol\/openid-connect\/token|(v1\/)?oauth2?\/(v\d\.?\d?\/)?tokens?|token)$/,
    '',
  )
  return [...new Set([origin + path, origin])]
}

/** Reads a public JSON document without credentials. Returns null if the document does not exist. */
async function readDocument(
  context: DoctorContext,
  url: string,
): Promise<ReturnType<typeof toObject> | null> {
  if (!URL.canParse(url)) return null
  try {
    // The headers in the configuration of the engine are not sent, because they can contain keys and this host may
    // belong to another service.
    const settings = { ...context.settings, headers: {} }
    const { status, json } = await rawRequest({ ...context, settings }, { method: 'GET', url })
    return status === 200 && json !== undefined ? toObject(json) : null
  } catch {
    return null
  }
}

function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((each) => (typeof each === 'string' ? [each] : [])) : []
}
