import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AuthError } from '../auth-error.ts'
import type { WaitOptions } from '../auth-provider.ts'
import type { Prompts } from '../prompts.ts'
import { waitFor } from '../time-limit.ts'

export interface LoopbackBrowserOptions {
  /** Shows the address to a person, or opens it in a browser; it need not wait. */
  readonly open: (url: string, wait: WaitOptions) => Promise<void> | void
  /**
   * Where the browser comes back to, on this machine. Without a port, a free one is taken (RFC 8252 section 7.3).
   * Default `http://127.0.0.1/callback`. A redirect URI of the configuration wins.
   */
  readonly redirectUri?: string
}

const PROPERTY = 'rest.auth.oauth2.auth-code.redirect-uri'

/**
 * How a person with a browser on this machine logs in (RFC 8252 section 7.3): `prompts.browser` that listens on
 * loopback for as long as the login lasts, and takes the one answer with the state of this login.
 *
 * @example
 * ```ts
 * const prompts = { browser: loopbackBrowser({ open: (url) => console.error(`Open ${url}`) }) }
 * await using auth = await new AuthRegistry().create(properties, { uri, prompts })
 * ```
 */
export function loopbackBrowser(options: LoopbackBrowserOptions): NonNullable<Prompts['browser']> {
  return async ({ redirectUri, urlFor }, wait) => {
    const wanted = readRedirect(redirectUri ?? options.redirectUri ?? 'http://127.0.0.1/callback')
    const port = wanted.port !== '' ? Number(wanted.port) : redirectUri === undefined ? 0 : 80
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 })
    try {
      await listen(server, port, wanted.hostname)
      const address = server.address()
      wanted.port = String(typeof address === 'object' && address !== null ? address.port : port)
      const start = urlFor(wanted.href)
      const came = Promise.withResolvers<string>()
      const state = new URL(start).searchParams.get('state')
      server.on('request', (request, response) => answer(request, response, { wanted, state, came }))
      await options.open(start, wait)
      return await waitFor(came.promise, wait.signal)
    } finally {
      server.close()
      // The page that was just answered may still be on its way.
      setTimeout(() => server.closeAllConnections(), 1_000).unref()
    }
  }
}

function readRedirect(text: string): URL {
  const url = URL.parse(text)
  const local = url !== null && /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname)
  if (url !== null && url.protocol === 'http:' && local && url.search + url.hash === '') return url
  throw new AuthError(
    'configuration',
    `${PROPERTY}: it must be on this machine, like http://127.0.0.1/callback: somebody listens there for the answer`,
    { property: PROPERTY },
  )
}

async function listen(server: Server, port: number, hostname: string): Promise<void> {
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  server.listen(port, host)
  await once(server, 'listening').catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new AuthError(
      'unavailable',
      `Nobody can listen at ${host}:${port} for the answer of the login${code}: end what does, or take another port`,
      { property: PROPERTY, cause },
    )
  })
}

interface Awaited {
  readonly wanted: URL
  readonly state: string | null
  readonly came: PromiseWithResolvers<string>
}

/** Others on this machine can come here too: what is not the answer to this login changes nothing. */
function answer(request: IncomingMessage, response: ServerResponse, { wanted, state, came }: Awaited): void {
  const url = URL.parse(request.url ?? '', wanted.origin)
  const ours =
    request.method === 'GET' &&
    request.headers.host === wanted.host &&
    url?.origin === wanted.origin &&
    url.pathname === wanted.pathname &&
    url.searchParams.getAll('state').join(' ') === state
  const failed = url?.searchParams.has('error') === true
  const say = !ours
    ? 'There is nothing here.'
    : failed
      ? 'The login was not successful. The terminal says more.'
      : 'You are logged in. This window can be closed.'
  response.writeHead(ours ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(`<!doctype html><title>headgate</title><p>${say}</p>\n`)
  if (ours && url !== null) came.resolve(url.href)
}
