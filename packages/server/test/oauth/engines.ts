import { randomUUID } from 'node:crypto'
import { type IssuerKey, makeIssuerKey, startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { SignJWT } from 'jose'
import { openEngine } from '../access/access-fixture.ts'
import { generateSecret } from '../../src/identity/client-secret.ts'
import type { ExternalIdentities } from '../../src/identity/external.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { deleteEngine, type EngineSettings, insertEngine } from '../../src/store/engines.ts'
import { insertClientKey } from '../../src/store/client-keys.ts'
import type { Sql } from '../../src/store/sql.ts'
import { simpleExternal } from './external.ts'
import { type Reply, testTokenServer, type TestTokenServer } from './token-server.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'

/** A client of the token endpoint, with its secret. */
export interface TestClient {
  readonly id: string
  readonly name: string
  readonly secret: string
  readonly basic: { readonly authorization: string }
}

/** Issuer and audience of the tokens of the server. */
const catalog = 'https://catalog.example'

/** Token endpoint of a server with an external issuer, clients and engines. */
export interface TestEngines extends AsyncDisposable {
  readonly server: TestTokenServer
  readonly idp: TestIssuer
  client(name?: string): Promise<TestClient>
  /**
   * Creates a client and registers it as an engine. By default, its entry allows all users of this server and
   * of the issuer.
   */
  engine(settings?: Partial<EngineSettings>): Promise<TestClient>
  /** Replaces the entry of an engine. */
  set(engine: TestClient, settings: Partial<EngineSettings> | null): Promise<void>
  /** Requests a token of this server for a client with the client's secret. */
  token(client: TestClient): Promise<string>
  exchange(
    parameters: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>
  /** Verifies the access token in a response and returns its identity. */
  identity(reply: Reply): Promise<ProvenIdentity>
  /** Creates a signing key and registers it for the client. */
  key(client: TestClient, alg?: string): Promise<IssuerKey>
}

/**
 * Starts the token endpoint and the external issuer.
 *
 * @param external creates the verifier of tokens of the issuer. Default: it accepts every valid token
 */
export async function testEngines(
  external: (idp: TestIssuer) => (sql: Sql) => ExternalIdentities = (idp) =>
    simpleExternal(idp, catalog, catalog),
): Promise<TestEngines> {
  await using stack = new AsyncDisposableStack()
  const idp = stack.use(await startTestIssuer())
  const server = stack.use(await testTokenServer({ external: external(idp) }))
  const { sql } = server

  async function client(name = `c-${randomUUID().slice(0, 8)}`): Promise<TestClient> {
    const secret = generateSecret()
    const id = await server.addClient(name, secret)
    const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
    return { id, name, secret, basic: { authorization } }
  }

  const everybody = [
    { issuer: 'headgate', pattern: '*', groups: [] },
    { issuer: idp.issuer, pattern: '*', groups: [] },
    { issuer: 'ldap', pattern: '*', groups: [] },
  ]
  async function set(engine: TestClient, settings: Partial<EngineSettings> | null): Promise<void> {
    await deleteEngine(sql, engine.id)
    if (settings !== null)
      await insertEngine(sql, engine.id, { ...openEngine, subjects: everybody, ...settings })
  }

  const owned = stack.move()
  return {
    server,
    idp,
    client,
    set,
    async engine(settings = {}) {
      const made = await client()
      await set(made, settings)
      return made
    },
    async token({ name, secret }) {
      const { body } = await server.post(
        form({ grant_type: grantTypes.clientCredentials, client_id: name, client_secret: secret }),
      )
      return String(body['access_token'])
    },
    exchange: (parameters, headers) =>
      server.post(
        form({
          grant_type: grantTypes.tokenExchange,
          subject_token_type: tokenTypes.accessToken,
          ...parameters,
        }),
        headers,
      ),
    async identity({ body }) {
      return server.sessions.verify(String(body['access_token']))
    },
    async key({ id }, alg) {
      const key = await makeIssuerKey(alg)
      await insertClientKey(sql, id, { id: key.kid, jwk: { ...key.publicJwk } }, 16)
      return key
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function form(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString()
}

/** Returns an unsigned token that names a user, as Trino sends it. */
export function unsigned(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const iat = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'none', ...header })}.${part({ iss: '483', iat, ...claims })}.`
}

/** Returns an assertion that an engine signed; `undefined` omits a claim. */
export function assertion(
  key: IssuerKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const all = { aud: 'https://catalog.example', iat, exp: iat + 120, jti: randomUUID(), ...claims }
  return new SignJWT(all).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey)
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
