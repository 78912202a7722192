import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importX509, jwtVerify } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import type { ReadyProvider } from '../auth-provider.ts'
import type { Properties } from '../properties/auth-properties.ts'
import type { CreateOptions } from '../registry.ts'
import { create, headerAfter, catchMessage } from '../../test/context.ts'

const certificates = new URL('../../../testkit/certificates/', import.meta.url)

const TENANT = '11111111-1111-1111-1111-111111111111'

async function createFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'entra-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** Starts a server with the token endpoint of Entra and the managed identity endpoints of machines. */
async function startAzure(): Promise<HttpTestServer> {
  const server = await startHttpServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    const seconds = Math.floor(Date.now() / 1_000) + 3_599
    const isMachine = request.method === 'GET'
    // Managed identity endpoints send the expiry as text.
    const end = isMachine ? { expires_on: String(seconds), resource: 'x' } : { expires_in: 3599 }
    response.end(
      JSON.stringify({ access_token: isMachine ? 'machine' : 'app', token_type: 'Bearer', ...end }),
    )
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

async function open(own: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
  const properties: Record<string, Properties[string]> = { 'rest.auth.type': 'entra' }
  for (const [name, value] of Object.entries(own)) properties[`rest.auth.entra.${name}`] = value
  return await create(properties, { env: {}, ...options })
}

function lastForm(server: HttpTestServer): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(server.received.at(-1)?.body.toString()))
}

/**
 * Requests of `@azure/identity` 4.14.1 (msal-node 7.2.1), without the parameters that identify the SDK
 * (`x-client-…`, `client-request-id`). They were recorded, because the SDK would install 43 packages.
 */
const recorded = {
  path: `/${TENANT}/oauth2/v2.0/token`,
  form: { client_id: 'app', scope: 'https://storage.azure.com/.default', grant_type: 'client_credentials' },
  assertionType: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
}

describe('an application sends the token request of the Azure SDK', () => {
  const app = (server: HttpTestServer): Properties => ({
    'tenant-id': TENANT,
    'client-id': 'app',
    'authority-host': server.url,
  })

  it('an Entra application authenticates with a secret', async () => {
    const server = await startAzure()
    const auth = await open({ ...app(server), 'client-secret': 's3cr+t/' })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer app')
    expect(server.received[0]?.target).toBe(recorded.path)
    expect(lastForm(server)).toEqual({ ...recorded.form, client_secret: 's3cr+t/' })
    expect(server.received[0]?.headers.authorization).toBeUndefined()
  })

  it('an Entra application authenticates with a certificate', async () => {
    const server = await startAzure()
    const path = join(await createFolder(), 'both.pem')
    const certificate = await readFile(new URL('rsa.crt', certificates), 'utf8')
    await writeFile(path, (await readFile(new URL('rsa.key', certificates), 'utf8')) + certificate)
    await open({ ...app(server), 'client-certificate-path': path })
    const { client_assertion, ...form } = lastForm(server)
    expect(form).toEqual({ ...recorded.form, client_assertion_type: recorded.assertionType })
    const key = await importX509(certificate, 'PS256')
    const { payload, protectedHeader } = await jwtVerify(client_assertion ?? '', key)
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url')
    expect(protectedHeader).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    expect(payload).toEqual({
      aud: `${server.url}${recorded.path}`,
      iss: 'app',
      sub: 'app',
      jti: expect.any(String),
      iat: payload.iat,
      nbf: payload.iat,
      exp: (payload.iat ?? 0) + 600,
    })
  })

  it('an Entra application authenticates as a workload with the variables that Kubernetes sets', async () => {
    const server = await startAzure()
    const path = join(await createFolder(), 'token')
    await writeFile(path, 'file.token.x')
    const env = {
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: 'app',
      AZURE_FEDERATED_TOKEN_FILE: path,
      AZURE_AUTHORITY_HOST: `${server.url}/`,
    }
    await open({}, { env })
    expect(lastForm(server)).toEqual({
      ...recorded.form,
      client_assertion_type: recorded.assertionType,
      client_assertion: 'file.token.x',
    })
  })
})

describe('a machine sends the token request of the Azure SDK', () => {
  it.each<[Properties, string]>([
    [{}, ''],
    [{ 'managed-identity-client-id': 'uami' }, '&client_id=uami'],
    [{ 'managed-identity-resource-id': '/sub/x' }, '&msi_res_id=%2Fsub%2Fx'],
  ])('the entra provider sends the identity %j to the Instance Metadata Service', async (own, query) => {
    const server = await startAzure()
    const auth = await open(own, { env: { AZURE_POD_IDENTITY_AUTHORITY_HOST: server.url } })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer machine')
    const [request] = server.received
    expect(request?.target).toBe(
      `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com${query}`,
    )
    expect(request?.headers['metadata']).toBe('true')
  })

  it('the entra provider sends the identity to the endpoint of App Service, Functions and Container Apps', async () => {
    const server = await startAzure()
    const env = { IDENTITY_ENDPOINT: `${server.url}/msi/token`, IDENTITY_HEADER: 'header' }
    await create({ 'auth.type': 'entra', 'auth.entra.managed_identity_client_id': 'uami' }, { env })
    const [request] = server.received
    expect(request?.target).toBe(
      '/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=uami',
    )
    expect(request?.headers['x-identity-header']).toBe('header')
  })

  it('the entra provider reports a missing identity and a missing endpoint with the necessary change', async () => {
    const fetch = async (): Promise<Response> =>
      Response.json({ error: 'invalid_request', error_description: 'Identity not found' }, { status: 400 })
    expect(await catchMessage(open({}, { fetch }))).toBe(
      'The managed identity endpoint refused a token: invalid_request (Identity not found). Assign an identity to the machine. If it has several, set rest.auth.entra.managed-identity-client-id',
    )
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1' }
    expect(await catchMessage(open({}, { env }))).toContain(
      'the Azure managed identity endpoint cannot be reached',
    )
  })
})

it.each<[Properties, string]>([
  [{ 'client-secret': 's' }, 'rest.auth.entra.tenant-id: set this property or the variable AZURE_TENANT_ID'],
  [{ 'client-secret': 's', 'tenant-id': TENANT }, 'rest.auth.entra.client-id: set this property'],
  [{ credential: 'certificate', 'tenant-id': TENANT, 'client-id': 'a' }, 'AZURE_CLIENT_CERTIFICATE_PATH'],
  [{ 'client-secret': 's', 'tenant-id': '../x', 'client-id': 'a' }, 'the id or a domain of the tenant'],
  [
    { 'client-secret': 's', 'tenant-id': TENANT, 'client-id': 'a', 'authority-host': 'http://evil.example' },
    'rest.auth.entra.authority-host must begin with https://',
  ],
  [{ scopes: 'a b' }, 'set only one scope'],
])('the entra provider refuses the properties %j', async (own, message) => {
  expect(await catchMessage(open(own))).toContain(message)
})

it('the type azure selects the entra provider', async () => {
  const server = await startAzure()
  const properties = { 'rest.auth.type': 'azure', 'rest.auth.azure.scopes': 'api://lake/.default' }
  await create(properties, { env: { AZURE_POD_IDENTITY_AUTHORITY_HOST: server.url } })
  expect(server.received[0]?.target).toContain('resource=api%3A%2F%2Flake')
})
