import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type JWK } from 'jose'
import type { Fetch } from '@headgate/http'

/** Types of the part of oidc-provider that the tests use. The package has no type declarations. */
interface OidcModule {
  readonly Provider: new (
    issuer: string,
    configuration: object,
  ) => {
    callback(): RequestListener
    use(middleware: (context: KoaContext, next: () => Promise<void>) => Promise<void>): void
    registerGrantType(name: string, handler: GrantHandler, parameters: string[], repeatable?: string[]): void
  }
}

interface KoaContext {
  readonly path: string
  body: unknown
}

interface GrantContext {
  body: unknown
  status: number
  readonly oidc: {
    readonly params: Readonly<Record<string, string | string[] | undefined>>
    readonly client: { readonly clientId: string }
  }
}

type GrantHandler = (context: GrantContext) => Promise<void>

/** A token request that the issuer received. */
export interface TokenCall {
  readonly form: URLSearchParams
  readonly headers: Headers
}

export interface TestIssuer extends AsyncDisposable {
  readonly url: string
  /** A `fetch` that records the token requests that it sends in `calls`. */
  readonly fetch: Fetch
  readonly calls: readonly TokenCall[]
  /** Private key of the client `signing`, as a JWK. */
  readonly clientKey: string
}

export const CATALOG = 'https://catalog.example.com/'

/** Starts oidc-provider, an independent authorization server, on loopback. Its tokens are JWTs for the catalog. */
export async function testIssuer(
  options: { dpopNonces?: boolean; seconds?: number } = {},
): Promise<TestIssuer> {
  const name: string = 'oidc-provider'
  const { Provider } = (await import(name)) as OidcModule
  const keys = await generateKeyPair('ES256', { extractable: true })
  const signingKey = { ...(await exportJWK(keys.privateKey)), kid: 'own', use: 'sig', alg: 'ES256' }
  const clientKeys = await generateKeyPair('ES256', { extractable: true })
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ttl = options.seconds ?? 3600
  const provider = new Provider(url, {
    clients: await clients(await exportJWK(clientKeys.publicKey)),
    jwks: { keys: [signingKey] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['test'] },
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ],
    scopes: ['openid', 'offline_access', 'catalog'],
    ttl: {
      AccessToken: ttl,
      ClientCredentials: ttl,
      DeviceCode: 600,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: Buffer.alloc(32, 1),
        requireNonce: () => options.dpopNonces === true,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => CATALOG,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'catalog',
          audience: CATALOG,
          accessTokenTTL: ttl,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  })
  const issue = async (claims: Record<string, unknown>): Promise<string> =>
    await new SignJWT({ iss: url, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'own' })
      .setIssuedAt()
      .setExpirationTime(`${ttl}s`)
      .sign(keys.privateKey)
  registerExchange(provider.registerGrantType.bind(provider), keys.publicKey, issue, ttl)
  // Clients poll once per second, so that tests are fast. The default is five seconds (RFC 8628 section 3.2).
  provider.use(async (context, next) => {
    await next()
    if (context.path === '/device/auth') Object.assign(context.body as object, { interval: 1 })
  })
  server.on('request', provider.callback())
  const calls: TokenCall[] = []
  return {
    url,
    calls,
    clientKey: JSON.stringify({ ...(await exportJWK(clientKeys.privateKey)), kid: 'client' }),
    fetch: async (target, init) => {
      if (new URL(target).pathname === '/token') {
        calls.push({ form: new URLSearchParams(readForm(init)), headers: new Headers(init.headers) })
      }
      return await fetch(target, init)
    },
    [Symbol.asyncDispose]: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

async function clients(publicKey: JWK): Promise<object[]> {
  const service = {
    grant_types: ['client_credentials', EXCHANGE, BEARER],
    redirect_uris: [],
    response_types: [],
  }
  const secret = 'a-secret: with/odd+characters, 32 long'
  return [
    {
      ...service,
      client_id: 'basic',
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
    },
    {
      ...service,
      client_id: 'post',
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_post',
    },
    { ...service, client_id: 'mac', client_secret: secret, token_endpoint_auth_method: 'client_secret_jwt' },
    {
      ...service,
      client_id: 'signing',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...publicKey, kid: 'client', use: 'sig', alg: 'ES256' }] },
    },
    {
      client_id: 'person',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', DEVICE],
      redirect_uris: ['http://127.0.0.1/back'],
    },
  ]
}

/** Adds RFC 8693 and RFC 7523, which oidc-provider does not implement, for tokens of this issuer. */
function registerExchange(
  register: InstanceType<OidcModule['Provider']>['registerGrantType'],
  key: CryptoKey,
  issue: (claims: Record<string, unknown>) => Promise<string>,
  ttl: number,
): void {
  const verifyClaims = async (token: unknown): Promise<Record<string, unknown>> =>
    (await jwtVerify(String(token), key)).payload
  register(
    EXCHANGE,
    async (context) => {
      const { params, client } = context.oidc
      try {
        const subject = await verifyClaims(params['subject_token'])
        const actor =
          params['actor_token'] === undefined ? undefined : await verifyClaims(params['actor_token'])
        const type = String(params['requested_token_type'])
        const access_token = await issue({
          sub: subject['sub'],
          aud: [params['audience'], params['resource']].flat().filter((each) => each !== undefined),
          client_id: client.clientId,
          scope: params['scope'],
          ...(actor === undefined
            ? {}
            : { act: { sub: actor['sub'], ...(actor['act'] ? { act: actor['act'] } : {}) } }),
        })
        const token_type = type.endsWith(':jwt') ? 'N_A' : 'Bearer'
        context.body = { access_token, issued_token_type: type, token_type, expires_in: ttl }
      } catch {
        refuse(context, 'subject token is not valid')
      }
    },
    [
      'subject_token',
      'subject_token_type',
      'actor_token',
      'actor_token_type',
      'requested_token_type',
      'audience',
      'resource',
      'scope',
    ],
    ['audience', 'resource'],
  )
  register(
    BEARER,
    async (context) => {
      try {
        const { sub } = await verifyClaims(context.oidc.params['assertion'])
        context.body = {
          access_token: await issue({ sub, aud: CATALOG }),
          token_type: 'Bearer',
          expires_in: ttl,
        }
      } catch {
        refuse(context, 'assertion is not valid')
      }
    },
    ['assertion', 'scope', 'requested_token_use'],
  )
}

type CryptoKey = Awaited<ReturnType<typeof generateKeyPair>>['publicKey']

function refuse(context: GrantContext, error_description: string): void {
  context.status = 400
  context.body = { error: 'invalid_grant', error_description }
}

function readForm({ body }: RequestInit): string {
  return typeof body === 'string' ? body : ''
}
