/** Client of a running Keycloak with the requests that the scenarios send. */
export interface Keycloak {
  readonly issuer: string
  /** Origin of Keycloak, such as `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Signs a user in with the user's password, through the client `app`. Default realm: `lakehouse`. */
  signIn(user: string, realm?: string): Promise<Tokens>
  /** Requests an access token of a client with the client credentials grant. */
  serviceToken(client: string): Promise<string>
  /**
   * Exchanges the token of a user with Keycloak's standard token exchange, as the client `trino`. The new token has the
   * audience of the catalog, or `audience`.
   */
  exchange(subject: string, audience?: string): Promise<Exchanged>
  /** Sends an assertion (RFC 7523) as the client `trino`. A registered identity provider must have signed it. */
  assert(assertion: string): Promise<Exchanged>
  /** Sends a request to the admin API of Keycloak. The parameter `path` follows the path of the realm. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  addRealm(realm: object): Promise<void>
  /** Changes the given settings and attributes of a client, and keeps all others. */
  setClient(clientId: string, change: ClientChange): Promise<void>
  /** Returns the internal id of the client with the given client id. */
  client(clientId: string): Promise<string>
}

interface ClientChange {
  readonly enabled?: boolean
  readonly attributes?: Readonly<Record<string, string>>
}

interface Exchanged {
  readonly status: number
  readonly token: string
}

interface Tokens {
  readonly access: string
  readonly id: string
  readonly refresh: string
}

export function connectKeycloak(origin: string): Keycloak {
  const issuer = `${origin}/realms/lakehouse`

  async function token(
    form: Readonly<Record<string, string>>,
    at = issuer,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(`${at}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(30_000),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  const admin: Keycloak['admin'] = (method, path, body) =>
    administer(method, `/realms/lakehouse${path}`, body)

  async function administer(method: string, path: string, body?: unknown): Promise<unknown> {
    const login = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
    const { body: granted } = await token(login, `${origin}/realms/master`)
    const response = await fetch(`${origin}/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${String(granted['access_token'])}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok)
      throw new Error(`Keycloak responded to ${method} ${path} with status ${response.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  async function client(clientId: string): Promise<string> {
    const [found] = (await admin('GET', `/clients?clientId=${clientId}`)) as { id: string }[]
    if (found === undefined) throw new Error(`Keycloak has no client ${clientId}`)
    return found.id
  }

  return {
    origin,
    issuer,
    admin,
    async addRealm(realm) {
      await administer('POST', '/realms', realm)
    },
    async setClient(clientId, change) {
      const path = `/clients/${await client(clientId)}`
      const settings = (await admin('GET', path)) as { attributes?: object }
      const attributes = { ...settings.attributes, ...change.attributes }
      await admin('PUT', path, { ...settings, ...change, attributes })
    },
    async signIn(user, realm = 'lakehouse') {
      const login = {
        grant_type: 'password',
        client_id: 'app',
        client_secret: 'app-secret',
        username: user,
        password: `${user}-pw`,
        scope: 'openid',
      }
      const { status, body } = await token(login, `${origin}/realms/${realm}`)
      if (status !== 200) throw new Error(`${user} could not sign in: ${String(body['error_description'])}`)
      const [access, id, refresh] = [body['access_token'], body['id_token'], body['refresh_token']]
      return { access: String(access), id: String(id), refresh: String(refresh) }
    },
    async serviceToken(client) {
      const own = { client_id: client, client_secret: `${client}-secret` }
      const { body } = await token({ grant_type: 'client_credentials', ...own })
      return String(body['access_token'])
    },
    async exchange(subject, audience = 'catalog') {
      const { status, body } = await token({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'trino',
        client_secret: 'trino-secret',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience,
      })
      return { status, token: String(body['access_token']) }
    },
    async assert(assertion) {
      const { status, body } = await token({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        client_id: 'trino',
        client_secret: 'trino-secret',
        assertion,
      })
      return { status, token: String(body['access_token']) }
    },
    client,
  }
}

/** Decodes the claims of a token without verifying it. */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
