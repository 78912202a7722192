import type { ServerResponse } from 'node:http'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'

/** Kind of request from which on the server refuses every request. */
export type Step = 'token' | 'config' | 'list' | 'load' | 'storage' | 'renew' | 'never'

/** Behavior of the server in one run. */
export interface Behavior {
  readonly refuseFrom: Step
  readonly status: number
  /** Secrets that the server issues: the token, the storage keys and the refresh token. */
  readonly issued: {
    readonly token: string
    readonly secretKey: string
    readonly sessionToken: string
    readonly refresh: string
  }
}

export interface RepeatingServer extends HttpTestServer {
  behavior: Behavior
}

const steps: readonly Step[] = ['token', 'config', 'list', 'load', 'storage', 'renew', 'never']

/**
 * Starts a server that acts as catalog and store. Its error messages quote everything that the client sent: headers,
 * decoded credentials and forms.
 */
export async function startRepeatingServer(behavior: Behavior): Promise<RepeatingServer> {
  let current = behavior
  let url = ''
  const server = await startHttpServer((request, response) => respond(request, response, current, url))
  url = server.url
  return {
    url: server.url,
    received: server.received,
    get behavior() {
      return current
    },
    set behavior(next) {
      current = next
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function respond(request: ReceivedRequest, response: ServerResponse, behavior: Behavior, url: string): void {
  const { refuseFrom, status } = behavior
  const step = findStep(request)
  if (step === 'config' && request.headers.authorization === undefined)
    return send(response, 401, icebergError(request, 401))
  if (steps.indexOf(step) >= steps.indexOf(refuseFrom))
    return step === 'storage'
      ? send(
          response,
          status,
          `<Error><Code>AccessDenied</Code><Message>${repeat(request)}</Message></Error>`,
        )
      : send(response, status, step === 'token' ? oauthError(request) : icebergError(request, status))
  send(response, 200, answer(request, step, behavior, url))
}

function findStep({ target, method }: ReceivedRequest): Step {
  if (/token/.test(target) && method === 'POST') return 'token'
  if (target.startsWith('/v1/config')) return 'config'
  if (/\/tables\/[^/]+\/credentials/.test(target)) return 'renew'
  if (/\/tables\/[^/]+/.test(target)) return 'load'
  return target.startsWith('/v1/') ? 'list' : 'storage'
}

function answer({ target }: ReceivedRequest, step: Step, { issued }: Behavior, url: string): unknown {
  if (step === 'token') return { access_token: issued.token, token_type: 'bearer', expires_in: 3600 }
  if (step === 'config') return { defaults: {}, overrides: {} }
  if (step === 'list')
    return target.includes('tables')
      ? { identifiers: [{ namespace: ['a'], name: 't' }] }
      : { namespaces: [['a']] }
  const config = {
    's3.access-key-id': 'AKIDEXAMPLE',
    's3.secret-access-key': issued.secretKey,
    's3.session-token': issued.sessionToken,
    's3.session-token-expires-at-ms': String(Date.now() + 3_600_000),
    's3.endpoint': url,
    's3.path-style-access': 'true',
    'client.region': 'us-east-1',
    'client.refresh-credentials-endpoint': `v1/namespaces/a/tables/t/credentials?storageRefreshToken=${encodeURIComponent(issued.refresh)}`,
  }
  const credentials = [{ prefix: 's3://b/t/', config, 'storage-refresh-token': issued.refresh }]
  if (step === 'renew') return { 'storage-credentials': credentials }
  return {
    'metadata-location': 's3://b/t/metadata/1.json',
    metadata,
    config,
    'storage-credentials': credentials,
  }
}

const metadata = {
  'format-version': 2,
  'table-uuid': '0196a5a4-0000-4000-8000-000000000001',
  location: 's3://b/t',
  'last-sequence-number': 0,
  'last-updated-ms': 0,
  'last-column-id': 1,
  schemas: [
    { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'id', required: false, type: 'long' }] },
  ],
  'current-schema-id': 0,
  'partition-specs': [{ 'spec-id': 0, fields: [] }],
  'default-spec-id': 0,
  'last-partition-id': 999,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  'default-sort-order-id': 0,
}

const icebergError = (request: ReceivedRequest, code: number): unknown => ({
  error: { message: repeat(request), type: 'NotAuthorizedException', code },
})

const oauthError = (request: ReceivedRequest): unknown => ({
  error: 'access_denied',
  error_description: repeat(request),
})

/** Returns the headers and the body of a request as text, also in decoded form. */
function repeat({ headers, body, target }: ReceivedRequest): string {
  const authorization = headers.authorization ?? ''
  const form = new URLSearchParams(body.toString('utf8'))
  return [
    target,
    decodeURIComponent(target),
    ...Object.values(headers).map(String),
    Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8'),
    body.toString('utf8'),
    ...form.values(),
  ].join(' | ')
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string'
  response
    .writeHead(status, { 'content-type': isText ? 'application/xml' : 'application/json' })
    .end(isText ? body : JSON.stringify(body))
}
