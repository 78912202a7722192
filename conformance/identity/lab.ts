import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { authorizationHeaders } from '../lib/access-token.ts'
import { introspecting, startIssuer, type Issuer } from '../lib/issuer.ts'
import { type JwtKey, makeKey } from '../lib/jwt.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { type Catalog, readMember, openCatalog, type Send, sender } from '../refresh/catalog-client.ts'
import { inShort } from '../refresh/credential.ts'
import { type OwnServer, startOwnServer } from '../refresh/own-server.ts'
import { createBody } from '../refresh/table-requests.ts'
import { basic, type Headers, requestToken } from './token-endpoint.ts'

/** Client that was created for this run. */
export interface LabClient {
  readonly id: string
  /** Client id, which is also the name of the principal. */
  readonly name: string
  readonly secret: string
  readonly basic: Headers
  /** Registered key with which the client signs assertions. */
  readonly key: JwtKey
}

/** Starts another server, with these environment variables. */
type StartServer = (env: Readonly<Record<string, string>>) => Promise<OwnServer>

/** Server with the objects that the identity suites use: clients, engines, tables and external issuers. */
export interface Lab {
  /** Base URI of the server, without a trailing slash. It is also the issuer and audience of the server's tokens. */
  readonly uri: string
  readonly tokenUri: string
  readonly warehouse: string
  /** Catalog client of the administrator. */
  readonly catalog: Catalog
  readonly manage: Send
  readonly admin: { readonly name: string; readonly secret: string }
  readonly namespace: readonly [string]
  /**
   * External issuer that the server trusts. The audience of its tokens is `audience`, and the server sends
   * introspection requests for its opaque tokens. Null if the server trusts no external issuer.
   */
  readonly issuer: Issuer | null
  /** Second external issuer that the server trusts, or null. */
  readonly otherIssuer: Issuer | null
  readonly audience: string
  client(name: string): Promise<LabClient>
  engine(name: string, entry: Readonly<Record<string, unknown>>): Promise<LabClient>
  setEngine(name: string, entry: Readonly<Record<string, unknown>>): Promise<void>
  /** Creates a table, and grants the privilege on it only to this principal. */
  table(name: string, principal: string, privilege: string): Promise<void>
  grant(principal: string, privilege: string, on: Readonly<Record<string, unknown>>): Promise<void>
  /**
   * Sends a management request as the administrator, and returns the body of the response. Throws if the server
   * refuses it.
   */
  must(method: string, path: string, body?: unknown): Promise<unknown>
  /** Null if the run did not start the server. */
  readonly startServer: StartServer | null
}

export interface LabPlace {
  readonly uri: string
  /** Client id and secret of an administrator, separated by a colon. */
  readonly credential: string
  readonly warehouse: string
  readonly issuer: Issuer | null
  readonly otherIssuer: Issuer | null
  /** Null if the run does not start servers. */
  readonly startServer: StartServer | null
}

const audience = 'https://lake.example'
/** Time in ms for which a server of this run caches the introspection response about a token. */
export const introspectionCacheMs = 2_000

/** Starts a Headgate server and two external issuers. */
export async function ownPlace(
  keeper: ProcessKeeper,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<LabPlace & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const issuer = stack.use(await startIssuer())
  const otherIssuer = stack.use(await startIssuer())
  const introspection = {
    clientId: introspecting.id,
    clientSecretEnv: 'INTROSPECTION_SECRET',
    cacheSeconds: introspectionCacheMs / 1_000,
  }
  const entries = [
    { issuer: issuer.issuer, audience, introspection },
    { issuer: otherIssuer.issuer, audience },
  ]
  const { uri, server, gatewayWarehouse } = await startOwnServer(keeper, join(folder, 'server'), {
    HEADGATE_ISSUERS: JSON.stringify(entries),
    INTROSPECTION_SECRET: introspecting.secret,
    ...env,
  })
  await gatewayWarehouse('identity-lake')
  const owned = stack.move()
  return {
    uri,
    credential: server.adminCredential,
    warehouse: 'identity-lake',
    issuer,
    otherIssuer,
    startServer: (more) => startOwnServer(keeper, join(folder, `server-${randomUUID().slice(0, 8)}`), more),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export async function openLab({
  uri,
  credential,
  warehouse,
  issuer,
  otherIssuer,
  startServer,
}: LabPlace): Promise<Lab> {
  const tokenUri = `${uri}/oauth/token`
  const headers = await authorizationHeaders({ kind: 'credential', credential, scope: 'catalog', tokenUri })
  const manage = sender(`${uri}/management/v1`, headers)
  const catalog = await openCatalog({ uri, warehouse, headers })
  const must = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await manage(method, path, body === undefined ? {} : { body })
    if (response.status >= 300) throw new Error(`${method} ${path} failed: ${inShort(response)}`)
    return response.json
  }
  const namespace = [`n_${randomUUID().slice(0, 8)}`] as const
  const made = await catalog.send('POST', `${catalog.root}namespaces`, { body: { namespace } })
  if (made.status !== 200) throw new Error(`namespace: ${inShort(made)}`)
  const colon = credential.indexOf(':')
  const client = async (name: string): Promise<LabClient> => {
    const response = await must('POST', 'principals', { name })
    const secret = String(readMember(response, 'secret', 'clientSecret'))
    const key = makeKey()
    await must('POST', `principals/${name}/keys`, { jwk: key.jwk })
    return {
      id: String(readMember(response, 'principal', 'id')),
      name,
      secret,
      basic: basic(name, secret),
      key,
    }
  }
  const grant: Lab['grant'] = async (principal, privilege, on) => {
    await must('POST', 'grants', { privilege, on: { warehouse, ...on }, to: { principal } })
  }
  return {
    uri,
    tokenUri,
    warehouse,
    catalog,
    manage,
    admin: { name: credential.slice(0, colon), secret: credential.slice(colon + 1) },
    namespace,
    issuer: await taken(uri, issuer),
    otherIssuer: await taken(uri, otherIssuer),
    audience,
    client,
    async engine(name, entry) {
      const made = await client(name)
      await must('POST', 'engines', { principal: name, ...entry })
      return made
    },
    async setEngine(name, entry) {
      await must('PATCH', `engines/${name}`, entry)
    },
    async table(name, principal, privilege) {
      const path = `${catalog.root}namespaces/${namespace[0]}/tables`
      const response = await catalog.send('POST', path, { body: createBody(name) })
      if (response.status !== 200) throw new Error(`creating the table ${name} failed: ${inShort(response)}`)
      await grant(principal, privilege, { namespace, relation: name })
    },
    grant,
    must,
    startServer,
  }
}

/** Returns the issuer if the server accepts its tokens, otherwise null. */
async function taken(uri: string, issuer: Issuer | null): Promise<Issuer | null> {
  if (issuer === null) return null
  const headers = {
    authorization: `Bearer ${issuer.sign({ sub: 'somebody', client_id: 'somebody', aud: audience })}`,
  }
  const response = await sender(uri, headers)('GET', 'v1/config')
  return response.status === 401 ? null : issuer
}

/** Requests a token with the id and secret of a client. Throws if the response contains no token. */
export async function tokenFor(lab: Pick<Lab, 'tokenUri'>, name: string, secret: string): Promise<string> {
  const response = await requestToken(lab.tokenUri, {
    grant_type: 'client_credentials',
    client_id: name,
    client_secret: secret,
  })
  if (response.token === null)
    throw new Error(`the token endpoint issued no token for ${name}: ${response.status} ${response.error}`)
  return response.token
}
