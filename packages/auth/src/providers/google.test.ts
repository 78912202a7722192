import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GoogleAuth } from 'google-auth-library'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ReadyProvider } from '../auth-provider.ts'
import { ID_TOKEN, type TestGoogle } from '../../test/google/google-servers.ts'
import { accessToken, asked, google, SCOPE } from '../../test/google/google-sdk.ts'
import type { Properties } from '../properties/auth-properties.ts'
import type { CreateOptions } from '../registry.ts'
import { Secret } from '../secret.ts'
import { aRequest, create, headerAfter, messageOf } from '../../test/context.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

async function folder(): Promise<string> {
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

async function federation(more: object): Promise<object> {
  const file = join(await folder(), 'token')
  await writeFile(file, JSON.stringify({ id_token: 'e30.eyJzdWIiOiJ3b3JrbG9hZCJ9.x' }))
  return {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/w/providers/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file, format: { type: 'json', subject_token_field_name: 'id_token' } },
    ...more,
  }
}

describe('asks what the SDK of Google asks, field by field', () => {
  it.each<[string, () => Promise<object> | object, string]>([
    ['a service account', () => service, 'own'],
    ['a person', () => user, 'own'],
    ['a person of a workforce pool', () => workforce, 'workforce'],
    ['a workload', async () => await federation({}), 'federated'],
    [
      'a workload that impersonates',
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
      'a person who impersonates',
      () => ({
        type: 'impersonated_service_account',
        service_account_impersonation_url: impersonation,
        delegates: ['between@p.iam.gserviceaccount.com'],
        source_credentials: user,
      }),
      'impersonated',
    ],
  ])('%s', async (_, credentials, token) => {
    const given = await credentials()
    const at = await google()
    const auth = await open(at, { 'credentials-json': JSON.stringify(given) })
    expect(await headerAfter(auth, 'authorization')).toBe(`Bearer ${token}`)
    const theirs = await asked(given, accessToken)
    expect(theirs.length).toBeGreaterThan(0)
    expect(at.calls).toEqual(theirs)
  })

  it('an ID token for a service account', async () => {
    const at = await google()
    const own = { 'credentials-json': JSON.stringify(service), 'id-token-audience': 'https://run.example' }
    const auth = await open(at, own)
    expect(await headerAfter(auth, 'authorization')).toBe(`Bearer ${ID_TOKEN}`)
    // The SDK sends an empty scope along, which Google's documentation of ID tokens does not have.
    const theirs = await asked(service, idToken, [])
    expect(theirs).toMatchObject([{ body: { claims: { scope: '' } } }])
    const body = at.calls[0]?.body as { claims: object }
    expect([{ ...at.calls[0], body: { ...body, claims: { ...body.claims, scope: '' } } }]).toEqual(theirs)
  })

  it('the machine, for both kinds of token', async () => {
    const sdk = await google()
    process.env['GCE_METADATA_HOST'] = sdk.host
    onTestFinished(() => void delete process.env['GCE_METADATA_HOST'])
    const { Compute } = await import('google-auth-library')
    const compute = new Compute({ scopes: [SCOPE] })
    await compute.getAccessToken()
    await compute.fetchIdToken('https://run.example')

    const at = await google()
    const env = { GCE_METADATA_HOST: at.host }
    expect(await headerAfter(await open(at, {}, { env }), 'authorization')).toBe('Bearer machine')
    const auth = await open(at, { 'id-token-audience': 'https://run.example' }, { env })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer id.of.machine')
    expect(at.calls).toEqual(sdk.calls)
  })
})

describe('finds credentials', () => {
  it('in the file that the environment names', async () => {
    const path = join(await folder(), 'adc.json')
    await writeFile(path, JSON.stringify(user))
    const auth = await open(await google(), {}, { env: { GOOGLE_APPLICATION_CREDENTIALS: path } })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer own')
    expect(await headerAfter(auth, 'x-goog-user-project')).toBe('project')
  })

  it('in the file of gcloud, before the machine is asked', async () => {
    const home = await folder()
    await mkdir(join(home, '.config/gcloud'), { recursive: true })
    await writeFile(
      join(home, '.config/gcloud/application_default_credentials.json'),
      JSON.stringify(service),
    )
    const at = await google()
    await open(at, {}, { env: { HOME: home, GCE_METADATA_HOST: at.host } })
    expect(at.calls.map(({ to }) => to)).toEqual(['oauth2.googleapis.com/token'])
  })

  it('nowhere, and says where it looked', async () => {
    const env = { HOME: '/nowhere', GCE_METADATA_HOST: '127.0.0.1:1' }
    expect(await messageOf(open(await google(), {}, { env }))).toContain('this is no machine of Google')
  })

  it.each([
    ['{}', 'lacks type'],
    ['[]', 'is no JSON object'],
    ['{"type":"service_account","client_email":"x"}', 'lacks private_key'],
    [JSON.stringify({ ...service, token_uri: 'http://evil.example/token' }), 'must begin with https://'],
    ['{"type":"gdch"}', 'credentials of type "gdch", which are not known'],
  ])('that are of no use: %s', async (json, message) => {
    expect(await messageOf(open(await google(), { 'credentials-json': json }))).toContain(message)
  })
})

describe('a user is who they are', () => {
  const audience = '//iam.googleapis.com/locations/global/workforcePools/w/providers/p'
  const session = (subject: () => string): CreateOptions => ({
    parent: {
      authenticate: async (request) => request,
      token: async () => ({ value: new Secret(`e30.${btoa(JSON.stringify({ sub: subject() }))}.x`) }),
    },
  })

  it('at Google too, by a pool of identities', async () => {
    const at = await google()
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

  it('and stays it', async () => {
    let who = 'alice'
    const clock = { time: Date.now() }
    const own = { 'federation-audience': audience, 'subject-token-auth-type': '::parent::' }
    const auth = await open(await google(), own, { ...session(() => who), now: () => clock.time })
    who = 'mallory'
    clock.time += 3_600_000
    expect(await messageOf(auth.authenticate(aRequest()))).toContain('the renewal is for another subject')
  })
})

it('says what helps when Google refuses', async () => {
  const refusing = async (status: number, body: object): Promise<string> => {
    const fetch = async (): Promise<Response> => Response.json(body, { status })
    const properties = {
      'rest.auth.type': 'gcp-iam',
      'rest.auth.gcp-iam.credentials-json': JSON.stringify(service),
    }
    return await messageOf(create(properties, { fetch, env: {} }))
  }
  const body = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }
  expect(await refusing(400, body)).toBe(
    'oauth2.googleapis.com refused jwt-bearer: invalid_grant (Invalid JWT Signature). The key of this service account was deleted, or the clock of this machine is wrong.',
  )
})

it('ID tokens are for service accounts, and the message says how to get at one', async () => {
  const own = { 'credentials-json': JSON.stringify(user), 'id-token-audience': 'https://run.example' }
  expect(await messageOf(open(await google(), own))).toContain(
    'set rest.auth.google.impersonate-service-account',
  )
  const at = await google()
  const auth = await open(at, { ...own, 'impersonate-service-account': 'lake@p.iam.gserviceaccount.com' })
  expect(await headerAfter(auth, 'authorization')).toBe('Bearer id.of.impersonated')
})
