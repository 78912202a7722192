import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import { catalogUri, type HeadgateServer, tokenUri } from '../../conformance/lib/headgate-server.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** Headgate server with the tables `sales.orders` and `hr.people`. */
export interface WarehouseFixture {
  readonly origin: string
  /** Sends a request to the management API as the administrator. */
  manage(method: string, path: string, body?: unknown): Promise<Reply>
  /** Sends a request to the server with the given token. */
  as(token: string, method: string, path: string, body?: unknown): Promise<Reply>
  load(token: string, table: 'sales.orders' | 'hr.people'): Promise<number>
  /** Exchanges the token of a user for a token of Headgate. `proof` authenticates the engine. */
  exchange(subject: string, proof: { readonly secret: string } | { readonly bearer: string }): Promise<Reply>
  /**
   * Sends an assertion grant (RFC 7523) to Headgate. The assertion is a JWT that the engine `trino` has signed, or a
   * token of its user. `secret` authenticates the engine.
   */
  assert(assertion: string, secret?: string): Promise<Reply>
  /**
   * Registers `trino` as an engine that may act for all users of these issuers. Returns the client secret of `trino`.
   */
  registerTrino(issuers: readonly string[], entry?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function openWarehouseFixture(server: HeadgateServer): Promise<WarehouseFixture> {
  const origin = catalogUri(server)
  const { adminCredential: credential } = server
  const admin = await authorizationHeaders({
    kind: 'credential',
    credential,
    scope: 'catalog',
    tokenUri: tokenUri(server),
  })

  async function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Reply> {
    const isForm = body instanceof URLSearchParams
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...headers,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    return { status: response.status, headers: response.headers, body: json }
  }

  const schema = { type: 'struct', fields: [{ id: 1, name: 'id', required: false, type: 'long' }] }
  for (const [namespace, table] of [
    ['sales', 'orders'],
    ['hr', 'people'],
  ] as const) {
    await must(send('POST', '/v1/lakehouse/namespaces', admin, { namespace: [namespace] }))
    await must(send('POST', `/v1/lakehouse/namespaces/${namespace}/tables`, admin, { name: table, schema }))
  }
  const as: WarehouseFixture['as'] = (token, method, path, body) =>
    send(method, path, { authorization: `Bearer ${token}` }, body)
  const manage: WarehouseFixture['manage'] = (method, path, body) =>
    must(send(method, `/management/v1${path}`, admin, body))
  return {
    origin,
    as,
    manage,
    async registerTrino(issuers, entry = {}) {
      const made = await manage('POST', '/principals', { name: 'trino' })
      for (const issuer of issuers)
        await manage('POST', '/principals/trino/federations', { issuer, subject: 'trino' })
      const subjects = issuers.map((issuer) => ({ issuer, pattern: '*', groups: [] }))
      await manage('POST', '/engines', { principal: 'trino', subjects, ...entry })
      return (made.body['secret'] as { clientSecret: string }).clientSecret
    },
    assert(assertion, secret) {
      const form = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
        ...(secret === undefined ? {} : { client_id: 'trino', client_secret: secret }),
      })
      return send('POST', '/oauth/token', {}, form)
    },
    async load(token, table) {
      const [namespace = '', name = ''] = table.split('.')
      return (await as(token, 'GET', `/v1/lakehouse/namespaces/${namespace}/tables/${name}`)).status
    },
    exchange(subject, proof) {
      const form = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        ...('secret' in proof ? { client_id: 'trino', client_secret: proof.secret } : {}),
      })
      const headers = 'bearer' in proof ? { authorization: `Bearer ${proof.bearer}` } : {}
      return send('POST', '/oauth/token', { ...headers }, form)
    },
  }
}

async function must(reply: Promise<Reply>): Promise<Reply> {
  const { status, body, ...rest } = await reply
  if (status < 300) return { status, body, ...rest }
  throw new Error(`Headgate answered ${status}: ${JSON.stringify(body)}`)
}
