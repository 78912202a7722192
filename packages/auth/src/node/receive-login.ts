import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type WaitOptions, waitFor } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { LoopbackBrowserOptions } from '../loopback-browser.ts'
import type { Prompts } from '../prompts.ts'

const PROPERTY = 'rest.auth.oauth2.auth-code.redirect-uri'

type Login = Parameters<NonNullable<Prompts['browser']>>[0]

/**
 * Listens on loopback, opens the login in a browser, and returns the URL that the browser is redirected to after the
 * login.
 */
export async function receiveLogin(
  options: LoopbackBrowserOptions,
  { redirectUri, urlFor }: Login,
  wait: WaitOptions,
): Promise<string> {
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
    server.on('request', (request, response) => respond(request, response, { wanted, state, came }))
    await options.open(start, wait)
    return await waitFor(came.promise, wait.signal)
  } finally {
    server.close()
    // Connections stay open for one more second, because the response to the browser may not be sent completely yet.
    setTimeout(() => server.closeAllConnections(), 1_000).unref()
  }
}

function readRedirect(text: string): URL {
  const url = URL.parse(text)
  const local = url !== null && /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname)
  if (url !== null && url.protocol === 'http:' && local && url.search + url.hash === '') return url
  throw new AuthError(
    'configuration',
    `${PROPERTY}: it must be on this machine, like http://127.0.0.1/callback, where the login listens for the response`,
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
      `The login cannot listen on ${host}:${port}${code}: stop the program that uses the port, or set another port`,
      { property: PROPERTY, cause },
    )
  })
}

interface ExpectedLogin {
  readonly wanted: URL
  readonly state: string | null
  readonly came: PromiseWithResolvers<string>
}

/** Responds to a request. Ignores requests of other programs on this machine, which lack the state of this login. */
function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { wanted, state, came }: ExpectedLogin,
): void {
  const url = URL.parse(request.url ?? '', wanted.origin)
  const isLogin =
    request.method === 'GET' &&
    request.headers.host === wanted.host &&
    url?.origin === wanted.origin &&
    url.pathname === wanted.pathname &&
    url.searchParams.getAll('state').join(' ') === state
  const failed = url?.searchParams.has('error') === true
  const message = !isLogin
    ? 'No login is in progress at this address.'
    : failed
      ? 'The login failed. The terminal shows the reason.'
      : 'You are logged in. You can close this window.'
  response.writeHead(isLogin ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(`<!doctype html><title>headgate</title><p>${message}</p>\n`)
  if (isLogin && url !== null) came.resolve(url.href)
}
