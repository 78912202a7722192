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
  /** Other hosts, with their ports, that may serve the document. */
  readonly hosts: readonly string[]
  /** Below the catalog URI: what is asked for, for the challenge, when there is nothing at the well-known path. */
  readonly challengePath: string
  readonly fetch: Fetch
}

/** The text of the document, and where it was. */
export interface FoundDocument {
  readonly text: string
  readonly from: string
}

/**
 * The document of a protected resource: at the well-known path (RFC 9728 section 3.1), or where a 401 says that it is
 * (section 5.1). Nothing that is configured for the catalog is sent along, and no redirect is followed.
 *
 * @throws AuthError when there is none, or when it is where nobody should look.
 */
export async function findDocument(search: DocumentSearch, wait: WaitOptions): Promise<FoundDocument> {
  const { uri } = search
  const path = uri.pathname.replace(/\/+$/, '')
  const wellKnown = new URL(`${WELL_KNOWN}${path}`, uri.origin)
  refusePlace(wellKnown, search)
  const first = await get(wellKnown, search, wait)
  if (first.status === 200) return { text: first.text, from: wellKnown.href }
  const asked = new URL(`${path}/${search.challengePath.replace(/^\/+/, '')}`, uri.origin)
  const refused = await get(asked, search, wait)
  const named = refused.status === 401 ? metadataOf(refused.challenge) : undefined
  if (named === undefined) {
    const why = `${wellKnown.href} answered with status ${first.status}, and ${asked.href} with ${refused.status} and no resource_metadata`
    throw notThere(why)
  }
  if (!URL.canParse(named)) throw notThere('the challenge of the catalog names an address that is none')
  const place = new URL(named)
  refusePlace(place, search)
  const second = await get(place, search, wait)
  if (second.status !== 200) throw notThere(`${place.href} answered with status ${second.status}`)
  return { text: second.text, from: place.href }
}

interface Got {
  readonly status: number
  readonly text: string
  readonly challenge: string
}

async function get(url: URL, { fetch }: DocumentSearch, wait: WaitOptions): Promise<Got> {
  const what = `The catalog (${url.host})`
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
    // Of all other answers only the head counts.
    if (response.status !== 200) {
      await response.body?.cancel().catch(() => {})
      return { status: response.status, text: '', challenge }
    }
    return { status: 200, text: await readLimited(response, MAX_BYTES, what, signal), challenge }
  } catch (cause) {
    wait.signal?.throwIfAborted()
    if (cause instanceof AuthError) throw cause
    const late = cause instanceof Error && cause.name === 'TimeoutError'
    const why = late ? `within ${TIMEOUT_MS} ms` : 'at all'
    throw new AuthError('unavailable', `${what} did not say how to authenticate: no answer ${why}`, { cause })
  }
}

/** Whether a request may be sent there: an address that a server chose must not lead to places inside. */
function refusePlace(url: URL, { uri, hosts }: DocumentSearch): void {
  if (url.username !== '' || url.password !== '') {
    throw notThere('the address of its document holds a user or a password')
  }
  if (url.protocol !== 'https:' && !(isLoopback(url) && isLoopback(uri))) {
    throw notThere(`${url.origin} is not https: whoever is in between could say anything`)
  }
  if (url.host === uri.host && url.protocol === uri.protocol) return
  if (url.protocol === 'https:' && hosts.includes(url.host)) return
  const property = 'rest.auth.discover.document-hosts'
  throw notThere(`its document is said to be at ${url.host}: if that is right, name it in ${property}`)
}

function notThere(why: string): AuthError {
  const fix = 'Set rest.auth.type, or rest.auth.discover.document-file'
  return new AuthError('configuration', `The catalog does not declare how to authenticate: ${why}. ${fix}`, {
    property: 'rest.auth.type',
  })
}

/** `resource_metadata` of a challenge of whichever scheme (RFC 9110 section 11.2: a quoted string or a token). */
function metadataOf(challenge: string): string | undefined {
  const [, quoted, word] =
    /(?:^|[\s,])resource_metadata\s*=\s*(?:"([^"\\]{0,2048})"|([^\s",]{1,2048}))/i.exec(challenge) ?? []
  return quoted ?? word
}
