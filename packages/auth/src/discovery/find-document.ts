import { type Fetch, type WaitOptions, timeLimit } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { isLoopback } from '../oauth2/endpoint-url.ts'
import { readLimited } from '../read-limited.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 64 << 10
const WELL_KNOWN = '/.well-known/oauth-protected-resource'

export interface DocumentSearch {
  /** The catalog URI. */
  readonly uri: URL
  /** Hosts with ports, other than the catalog, that may serve the document. */
  readonly hosts: readonly string[]
  /**
   * Path below the catalog URI that is requested if the well-known path has no document. The 401 response contains
   * the URL of the document.
   */
  readonly challengePath: string
  readonly fetch: Fetch
}

/** Text of the document, and the URL or file that it comes from. */
export interface FoundDocument {
  readonly text: string
  readonly from: string
}

/**
 * Fetches the document of a protected resource from the well-known path (RFC 9728 section 3.1), or else from the URL
 * that a 401 response names (section 5.1). The requests carry no credentials and no configured headers, and redirects
 * are not followed.
 *
 * @throws {AuthError} configuration, if no document is found or its URL is refused; unavailable; malformed
 */
export async function findDocument(search: DocumentSearch, wait: WaitOptions): Promise<FoundDocument> {
  const { uri } = search
  const path = uri.pathname.replace(/\/+$/, '')
  const wellKnown = new URL(`${WELL_KNOWN}${path}`, uri.origin)
  checkUrl(wellKnown, search)
  const first = await get(wellKnown, search, wait)
  if (first.status === 200) return { text: first.text, from: wellKnown.href }
  const protectedUrl = new URL(`${path}/${search.challengePath.replace(/^\/+/, '')}`, uri.origin)
  const refused = await get(protectedUrl, search, wait)
  const named = refused.status === 401 ? parseResourceMetadata(refused.challenge) : undefined
  if (named === undefined) {
    throw notFound(
      `${wellKnown.href} answered with status ${first.status}, and ${protectedUrl.href} with status ${refused.status} and without resource_metadata`,
    )
  }
  if (!URL.canParse(named))
    throw notFound('the resource_metadata in the 401 response of the catalog is not a URL')
  const url = new URL(named)
  checkUrl(url, search)
  const second = await get(url, search, wait)
  if (second.status !== 200) throw notFound(`${url.href} answered with status ${second.status}`)
  return { text: second.text, from: url.href }
}

interface DocumentResponse {
  readonly status: number
  /** Body of the response. Empty unless the status is 200. */
  readonly text: string
  readonly challenge: string
}

async function get(url: URL, { fetch }: DocumentSearch, wait: WaitOptions): Promise<DocumentResponse> {
  const server = `The catalog (${url.host})`
  const signal = timeLimit(wait.signal, TIMEOUT_MS)
  try {
    const response = await fetch(url.href, {
      method: 'GET',
      headers: { accept: 'application/json' },
      credentials: 'omit',
      redirect: 'manual',
      signal,
    })
    const challenge = response.headers.get('www-authenticate') ?? ''
    if (response.status !== 200) {
      await response.body?.cancel().catch(() => {})
      return { status: response.status, text: '', challenge }
    }
    return { status: 200, text: await readLimited(response, MAX_BYTES, server, signal), challenge }
  } catch (cause) {
    wait.signal?.throwIfAborted()
    if (cause instanceof AuthError) throw cause
    const isTimeout = cause instanceof Error && cause.name === 'TimeoutError'
    const reason = isTimeout ? `no response within ${TIMEOUT_MS} ms` : 'the request failed'
    throw new AuthError(
      'unavailable',
      `${server} sent no declaration of its authentication: ${reason}. Check uri, or set rest.auth.type`,
      { cause },
    )
  }
}

/**
 * Refuses a document URL that must not be requested. The server may have chosen the URL, and could otherwise direct
 * the client to an internal host.
 */
function checkUrl(url: URL, { uri, hosts }: DocumentSearch): void {
  if (url.username !== '' || url.password !== '') {
    throw notFound('the URL of the declaration document contains a user or a password')
  }
  if (url.protocol !== 'https:' && !(isLoopback(url) && isLoopback(uri))) {
    throw notFound(`${url.origin} is not https, so an intermediary could change the document`)
  }
  if (url.host === uri.host && url.protocol === uri.protocol) return
  if (url.protocol === 'https:' && hosts.includes(url.host)) return
  const property = 'rest.auth.discover.document-hosts'
  throw notFound(
    `the declaration document is at ${url.host}, which is not an allowed host: add this host to ${property} to allow it`,
  )
}

function notFound(reason: string): AuthError {
  const fix = 'Set rest.auth.type, or rest.auth.discover.document-file'
  return new AuthError(
    'configuration',
    `The catalog does not declare how to authenticate: ${reason}. ${fix}`,
    {
      property: 'rest.auth.type',
    },
  )
}

/**
 * Returns the parameter `resource_metadata` of the header `WWW-Authenticate`, for any authentication scheme (RFC 9110
 * section 11.2).
 */
function parseResourceMetadata(challenge: string): string | undefined {
  const [, quoted, word] =
    /(?:^|[\s,])resource_metadata\s*=\s*(?:"([^"\\]{0,2048})"|([^\s",]{1,2048}))/i.exec(challenge) ?? []
  return quoted ?? word
}
