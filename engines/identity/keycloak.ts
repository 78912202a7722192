/** What the scenes ask of a running Keycloak. */
export interface Keycloak {
  readonly issuer: string
  /** By the password of the user, through the client `app`. */
  signIn(user: string): Promise<Tokens>
  /** The token of a client for itself. */
  serviceToken(client: string): Promise<string>
  /** Its standard token exchange, by `trino`: the token of the user for the catalog. */
  exchange(subject: string): Promise<{ readonly status: number; readonly token: string }>
  /** Its admin interface, below the realm. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  /** The id of the client. */
  client(clientId: string): Promise<string>
}

export interface Tokens {
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
    const answer = await fetch(`${at}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(30_000),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const login = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
    const { body: granted } = await token(login, `${origin}/realms/master`)
    const answer = await fetch(`${origin}/admin/realms/lakehouse${path}`, {
      method,
      headers: {
        authorization: `Bearer ${String(granted['access_token'])}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Keycloak answered ${method} ${path} with ${answer.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  return {
    issuer,
    admin,
    async signIn(user) {
      const { status, body } = await token({
        grant_type: 'password',
        client_id: 'app',
        client_secret: 'app-secret',
        username: user,
        password: `${user}-pw`,
        scope: 'openid',
      })
      if (status !== 200) throw new Error(`${user} could not sign in: ${String(body['error_description'])}`)
      const [access, id, refresh] = [body['access_token'], body['id_token'], body['refresh_token']]
      return { access: String(access), id: String(id), refresh: String(refresh) }
    },
    async serviceToken(client) {
      const own = { client_id: client, client_secret: `${client}-secret` }
      const { body } = await token({ grant_type: 'client_credentials', ...own })
      return String(body['access_token'])
    },
    async exchange(subject) {
      const { status, body } = await token({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'trino',
        client_secret: 'trino-secret',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'catalog',
      })
      return { status, token: String(body['access_token']) }
    },
    async client(clientId) {
      const [found] = (await admin('GET', `/clients?clientId=${clientId}`)) as { id: string }[]
      if (found === undefined) throw new Error(`Keycloak has no client ${clientId}`)
      return found.id
    },
  }
}

/** The claims of a token of which nothing is to be believed. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
