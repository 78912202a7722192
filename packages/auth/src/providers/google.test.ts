import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GoogleAuth } from 'google-auth-library'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ReadyProvider } from '../auth-provider.ts'
import { ID_TOKEN, type TestGoogle } from '../../test/google/google-servers.ts'
import { accessToken, recordSdkCalls, startGoogle, SCOPE } from '../../test/google/google-sdk.ts'
import type { Properties } from '../properties/auth-properties.ts'
import type { CreateOptions } from '../registry.ts'
import { Secret } from '../secret.ts'
import { aRequest, create, headerAfter, catchMessage } from '../../test/context.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

async function createFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'google-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

async function open(at: TestGoogle, own: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
  const properties: Record<string, Properties[string]> = { 'rest.auth.type': 'google' }
  for (const [name, value] of Object.entries(own)) properties[`rest.auth.google.${name}`] = value
  return await create(properties, { fetch: at.fetch, env: {}, ...options })
}

const idToken = async (auth: GoogleAuth): Promise<unknown> =>
  await (await auth.getIdTokenClient('https://run.example')).getRequestHeaders()

const service = {
  type: 'service_account',
  client_email: 'robot@p.iam.gserviceaccount.com',
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://oauth2.googleapis.com/token',
}
const user = {
  type: 'authorized_user',
  client_id: 'client',
  client_secret: 'secret',
  refresh_token: 'refresh',
  quota_project_id: 'project',
}
const workforce = {
  type: 'external_account_authorized_user',
  audience: '//iam.googleapis.com/locations/global/workforcePools/w/providers/p',
  client_id: 'client',
  client_secret: 'secret',
  refresh_token: 'refresh',
  token_url: 'https://sts.googleapis.com/v1/oauthtoken',
  token_info_url: 'https://sts.googleapis.com/v1/introspect',
}
const impersonation =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/lake@p.iam.gserviceaccount.com:generateAccessToken'

async function federation(members: object): Promise<object> {
  const file = join(await createFolder(), 'token')
  await writeFile(file, JSON.stringify({ id_token: 'e30.eyJzdWIiOiJ3b3JrbG9hZCJ9.x' }))
  return {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/w/providers/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file, format: { type: 'json', subject_token_field_name: 'id_token' } },
    ...members,
  }
}

describe('the google provider sends the requests of the Google SDK', () => {
  it.each<[string, () => Promise<object> | object, string]>([
    ['a service account', () => service, 'own'],
    ['a person', () => user, 'own'],
    ['a person of a workforce pool', () => workforce, 'workforce'],
    ['a workload', async () => await federation({}), 'federated'],
    [
      'a workload that impersonates a service account',
      async () => await federation({ service_account_impersonation_url: impersonation }),
      'impersonated',
    ],
    [
      'a person of a workforce pool without a login of gcloud',
      async () =>
        await federation({
          audience: '//iam.googleapis.com/locations/global/workforcePools/w/providers/p',
          workforce_pool_user_project: 'project',
        }),
      'federated',
    ],
    [
      'a person that impersonates a service account',
      () => ({
        type: 'impersonated_service_account',
        service_account_impersonation_url: impersonation,
        delegates: ['between@p.iam.gserviceaccount.com'],
        source_credentials: user,
      }),
      'impersonated',
    ],
  ])('the google provider requests an access token for %s', async (_, credentials, token) => {
    const json = await credentials()
    const at = await startGoogle()
    const auth = await open(at, { 'credentials-json': JSON.stringify(json) })
    expect(await headerAfter(auth, 'authorization')).toBe(`Bearer ${token}`)
    const ofSdk = await recordSdkCalls(json, accessToken)
    expect(ofSdk.length).toBeGreaterThan(0)
    expect(at.calls).toEqual(ofSdk)
  })

  it('the google provider requests an ID token for a service account', async () => {
    const at = await startGoogle()
    const own = { 'credentials-json': JSON.stringify(service), 'id-token-audience': 'https://run.example' }
    const auth = await open(at, own)
    expect(await headerAfter(auth, 'authorization')).toBe(`Bearer ${ID_TOKEN}`)
    // The Google SDK also sends an empty scope, which the documentation of Google does not mention for ID tokens.
    const ofSdk = await recordSdkCalls(service, idToken, [])
    expect(ofSdk).toMatchObject([{ body: { claims: { scope: '' } } }])
    const body = at.calls[0]?.body as { claims: object }
    expect([{ ...at.calls[0], body: { ...body, claims: { ...body.claims, scope: '' } } }]).toEqual(ofSdk)
  })

  it('the google provider requests both kinds of token from the metadata server of the machine', async () => {
    const sdk = await startGoogle()
    process.env['GCE_METADATA_HOST'] = sdk.host
    onTestFinished(() => void delete process.env['GCE_METADATA_HOST'])
    const { Compute } = await import('google-auth-library')
    const compute = new Compute({ scopes: [SCOPE] })
    await compute.getAccessToken()
    await compute.fetchIdToken('https://run.example')

    const at = await startGoogle()
    const env = { GCE_METADATA_HOST: at.host }
    expect(await headerAfter(await open(at, {}, { env }), 'authorization')).toBe('Bearer machine')
    const auth = await open(at, { 'id-token-audience': 'https://run.example' }, { env })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer id.of.machine')
    expect(at.calls).toEqual(sdk.calls)
  })
})

describe('the google provider finds credentials', () => {
  it('the google provider reads the file that the environment names', async () => {
    const path = join(await createFolder(), 'adc.json')
    await writeFile(path, JSON.stringify(user))
    const auth = await open(await startGoogle(), {}, { env: { GOOGLE_APPLICATION_CREDENTIALS: path } })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer own')
    expect(await headerAfter(auth, 'x-goog-user-project')).toBe('project')
  })

  it('the google provider reads the file of gcloud instead of asking the metadata server', async () => {
    const home = await createFolder()
    await mkdir(join(home, '.config/gcloud'), { recursive: true })
    await writeFile(
      join(home, '.config/gcloud/application_default_credentials.json'),
      JSON.stringify(service),
    )
    const at = await startGoogle()
    await open(at, {}, { env: { HOME: home, GCE_METADATA_HOST: at.host } })
    expect(at.calls.map(({ to }) => to)).toEqual(['oauth2.googleapis.com/token'])
  })

  it('the google provider reports that no credentials were found and the metadata server cannot be reached', async () => {
    const env = { HOME: '/nowhere', GCE_METADATA_HOST: '127.0.0.1:1' }
    expect(await catchMessage(open(await startGoogle(), {}, { env }))).toContain('the Google metadata server')
  })

  it.each([
    ['{}', 'type is missing'],
    ['[]', 'the text is not a JSON object'],
    ['{"type":"service_account","client_email":"x"}', 'private_key is missing'],
    [JSON.stringify({ ...service, token_uri: 'http://evil.example/token' }), 'must begin with https://'],
    ['{"type":"gdch"}', 'type "gdch" is not supported'],
  ])('the google provider refuses the credentials %s', async (json, message) => {
    expect(await catchMessage(open(await startGoogle(), { 'credentials-json': json }))).toContain(message)
  })
})

describe('a session with the token of a user', () => {
  const audience = '//iam.googleapis.com/locations/global/workforcePools/w/providers/p'
  const session = (subject: () => string): CreateOptions => ({
    parent: {
      authenticate: async (request) => request,
      token: async () => ({ value: new Secret(`e30.${btoa(JSON.stringify({ sub: subject() }))}.x`) }),
    },
  })

  it('a google session with the token of a user has the identity of the user at Google', async () => {
    const at = await startGoogle()
    const own = {
      'federation-audience': audience,
      'subject-token-auth-type': '::parent::',
      'user-project': 'p',
    }
    const auth = await open(
      at,
      own,
      session(() => 'alice'),
    )
    expect((await auth.token?.())?.provenance).toMatchObject({ who: { subject: 'alice' }, target: audience })
    expect(at.calls[0]?.body).toMatchObject({ audience, options: '{"userProject":"p"}' })
    expect(await headerAfter(auth, 'x-goog-user-project')).toBe('p')
  })

  it('a google session with the token of a user ends when the parent session returns the token of another user', async () => {
    let subject = 'alice'
    const clock = { time: Date.now() }
    const own = { 'federation-audience': audience, 'subject-token-auth-type': '::parent::' }
    const auth = await open(await startGoogle(), own, { ...session(() => subject), now: () => clock.time })
    subject = 'mallory'
    clock.time += 3_600_000
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
      'the renewed credential is for another subject',
    )
  })
})

it('the google provider reports the necessary change when Google refuses a token', async () => {
  const refusing = async (status: number, body: object): Promise<string> => {
    const fetch = async (): Promise<Response> => Response.json(body, { status })
    const properties = {
      'rest.auth.type': 'gcp-iam',
      'rest.auth.gcp-iam.credentials-json': JSON.stringify(service),
    }
    return await catchMessage(create(properties, { fetch, env: {} }))
  }
  const body = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }
  expect(await refusing(400, body)).toBe(
    'oauth2.googleapis.com refused jwt-bearer: invalid_grant (Invalid JWT Signature). Google refused the key of this service account: check whether the key was deleted, and the clock of this machine.',
  )
})

it('the google provider refuses an ID token for a person and names the property for a service account', async () => {
  const own = { 'credentials-json': JSON.stringify(user), 'id-token-audience': 'https://run.example' }
  expect(await catchMessage(open(await startGoogle(), own))).toContain(
    'Set rest.auth.google.impersonate-service-account',
  )
  const at = await startGoogle()
  const auth = await open(at, { ...own, 'impersonate-service-account': 'lake@p.iam.gserviceaccount.com' })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer id.of.impersonated')
})
