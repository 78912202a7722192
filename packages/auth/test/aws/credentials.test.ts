import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'
import type { AuthProvider } from '../../src/auth-provider.ts'
import type { Properties } from '../../src/properties/auth-properties.ts'
import type { CreateOptions } from '../../src/registry.ts'
import { aRequest, create, headerAfter, messageOf, testClock } from '../context.ts'

const NOW = Date.UTC(2026, 0, 1)

/** Nothing of this machine: no files, no metadata service. */
const nowhere = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
}

const signed = { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'eu-central-1' }

async function provider(
  changes: Properties,
  env: Record<string, string>,
  options: CreateOptions = {},
): Promise<AuthProvider> {
  return await create({ ...signed, ...changes }, { env: { ...nowhere, ...env }, ...options })
}

/** Access key and session token that a provider signs with. */
async function keysOf(auth: AuthProvider): Promise<string> {
  const authorization = (await headerAfter(auth, 'authorization')) ?? ''
  const token = await headerAfter(auth, 'x-amz-security-token')
  return `${/Credential=([^/]+)/.exec(authorization)?.[1]} ${token}`
}

async function server(
  answer: (request: ReceivedRequest) => [number, string] | string,
): Promise<HttpTestServer> {
  const started = await startHttpServer((request, response) => {
    const said = answer(request)
    const [status, text] = typeof said === 'string' ? [200, said] : said
    response.writeHead(status).end(text)
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

async function file(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'file')
  await writeFile(path, text)
  return path
}

function json(number: number, lifeMs = 3_600_000): string {
  return JSON.stringify({
    AccessKeyId: `KEY${number}`,
    SecretAccessKey: 'secret',
    Token: `token${number}`,
    Expiration: new Date(NOW + lifeMs * number).toISOString(),
  })
}

function stsAnswer(number: number): string {
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE${number}</AccessKeyId>
    <SecretAccessKey>secret</SecretAccessKey><SessionToken>a&amp;b</SessionToken>
    <Expiration>${new Date(NOW + 3_600_000 * number).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
}

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`

describe('keys come from', () => {
  it('the environment', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' }
    expect(await keysOf(await provider({}, env))).toBe('AKID t')
  })

  it('a profile', async () => {
    const path = await file('[dev]\naws_access_key_id=DEV\naws_secret_access_key=s\n')
    const env = { AWS_SHARED_CREDENTIALS_FILE: path }
    expect(await keysOf(await provider({ 'rest.auth.sigv4.profile': 'dev' }, env))).toBe('DEV undefined')
    expect(await keysOf(await provider({}, { ...env, AWS_PROFILE: 'dev' }))).toBe('DEV undefined')
    expect(await messageOf(provider({ 'rest.auth.sigv4.profile': 'prod' }, env))).toContain(
      'there is no profile prod',
    )
  })

  it('a process that a profile names', async () => {
    const script = await file(`console.log(${JSON.stringify(json(1))})`)
    const path = await file(`[default]\ncredential_process = "${process.execPath}" "${script}"`)
    expect(await keysOf(await provider({}, { AWS_CONFIG_FILE: path }, { now: () => NOW }))).toBe(
      'KEY1 token1',
    )
  })

  it('the agent of a container, renewed before they end', async () => {
    const clock = testClock(NOW)
    const { url, received } = await server(() => json(received.length))
    const token = await file('the agent\n')
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    }
    const auth = await provider({}, env, clock)
    expect(await keysOf(auth)).toBe('KEY1 token1')
    expect(received[0]?.headers.authorization).toBe('the agent')
    clock.advance(3_600_000)
    expect(await keysOf(auth)).toBe('KEY2 token2')
    expect(received).toHaveLength(2)
  })

  it('the metadata service of an instance, version 2', async () => {
    const { url, received } = await server(({ method, target, headers }) => {
      if (method === 'PUT' && target === '/latest/api/token') return 'session'
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return [401, '']
      return target.endsWith('/iam/security-credentials/') ? 'my-role' : json(1)
    })
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_EC2_METADATA_DISABLED: 'false' }
    expect(await keysOf(await provider({}, env, { now: () => NOW }))).toBe('KEY1 token1')
    expect(received.map(({ target }) => target)).toEqual([
      '/latest/api/token',
      '/latest/meta-data/iam/security-credentials/',
      '/latest/meta-data/iam/security-credentials/my-role',
    ])
  })

  it('a role that other keys assume, in a signed request', async () => {
    const { url, received } = await server(() => stsAnswer(1))
    const auth = await provider(
      {
        'rest.auth.sigv4.role-arn': 'arn:aws:iam::1:role/reader',
        'rest.auth.sigv4.role-external-id': 'ext',
        'rest.auth.sigv4.role-duration-seconds': '900',
        'rest.auth.sigv4.sts-endpoint': url,
      },
      { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's' },
      { now: () => NOW },
    )
    expect(await keysOf(auth)).toBe('ROLE1 a&b')
    expect(Object.fromEntries(new URLSearchParams(received[0]?.body.toString()))).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/reader',
      RoleSessionName: 'headgate',
      ExternalId: 'ext',
      DurationSeconds: '900',
    })
    expect(received[0]?.headers.authorization).toContain(
      'Credential=AKID/20260101/eu-central-1/sts/aws4_request',
    )
  })

  it('a role of a profile whose keys are in another one', async () => {
    const { url, received } = await server(() => stsAnswer(1))
    const path = await file(
      `[profile app]\nrole_arn=arn:aws:iam::1:role/app\nsource_profile=base\nregion=eu-west-1
[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s`,
    )
    const env = { AWS_CONFIG_FILE: path, AWS_PROFILE: 'app', AWS_ENDPOINT_URL_STS: url }
    expect(await keysOf(await provider({}, env, { now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.headers.authorization).toContain('Credential=BASE/20260101/eu-west-1/sts/')
  })

  it.each([
    ['role_arn=x\nsource_profile=app', 'leads nowhere'],
    ['role_arn=x\nsource_profile=missing', 'leads nowhere'],
    ['role_arn=x', 'needs source_profile, credential_source or web_identity_token_file'],
    ['sso_session=corp', 'set credentials=sdk and install @aws-sdk/credential-provider-node'],
  ])('a profile with %j is told', async (settings, message) => {
    const path = await file(`[profile app]\n${settings}`)
    expect(await messageOf(provider({}, { AWS_CONFIG_FILE: path, AWS_PROFILE: 'app' }))).toContain(message)
  })

  it("Amazon's own chain, when its package is asked for", async () => {
    const path = await file('[default]\naws_access_key_id=SDK\naws_secret_access_key=s\naws_session_token=t')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    expect(await keysOf(await provider({ 'rest.auth.sigv4.credentials': 'sdk' }, {}))).toBe('SDK t')
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a web identity', () => {
  const alice = jwt({ iss: 'https://idp.example.com', sub: 'alice@example.com' })

  it('is the token of the user, so that AWS sees the user', async () => {
    const { url, received } = await server(() => stsAnswer(1))
    const auth = await provider(
      {
        'rest.auth.sigv4.web-identity-auth-type': 'bearer',
        'rest.auth.bearer.token': alice,
        'rest.auth.sigv4.role-arn': 'arn:aws:iam::1:role/user',
        'rest.auth.sigv4.sts-endpoint': url,
        'rest.auth.sigv4.delegate-auth-type': 'none',
      },
      {},
      { now: () => NOW },
    )
    expect(await keysOf(auth)).toBe('ROLE1 a&b')
    expect(Object.fromEntries(new URLSearchParams(received[0]?.body.toString()))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/user',
      RoleSessionName: 'alice@example.com',
      WebIdentityToken: alice,
    })
    expect(received[0]?.headers.authorization).toBeUndefined()
  })

  it('may be that of the session this one belongs to, without a role where the token says it', async () => {
    const { url, received } = await server(() => stsAnswer(1))
    const parent = await create({ token: alice })
    const properties = {
      'rest.auth.sigv4.web-identity-auth-type': '::parent::',
      'rest.auth.sigv4.sts-endpoint': url,
    }
    expect(await keysOf(await provider(properties, {}, { parent, now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.body.toString()).not.toContain('RoleArn')
  })

  it('is found in the variables that Kubernetes sets', async () => {
    const { url, received } = await server(() => stsAnswer(1))
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: await file(alice),
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/pod',
      AWS_ENDPOINT_URL_STS: url,
    }
    expect(await keysOf(await provider({}, env, { now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.body.toString()).toContain('role%2Fpod')
  })

  it('ends the session when the token is suddenly that of somebody else', async () => {
    const clock = testClock(NOW)
    const { url, received } = await server(() => stsAnswer(received.length))
    const path = await file(alice)
    const properties = {
      'rest.auth.sigv4.web-identity-token-file': path,
      'rest.auth.sigv4.sts-endpoint': url,
    }
    const auth = await provider(properties, {}, clock)
    clock.advance(3_600_000)
    expect(await keysOf(auth)).toBe('ROLE2 a&b')
    await writeFile(path, jwt({ iss: 'https://idp.example.com', sub: 'mallory' }))
    clock.advance(3_600_000)
    expect(await messageOf(auth.authenticate(aRequest()))).toContain('the renewal is for another subject')
  })

  it('of a provider without a token is refused', async () => {
    const properties = {
      'rest.auth.sigv4.web-identity-auth-type': 'basic',
      'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p',
    }
    expect(await messageOf(provider(properties, {}))).toContain(
      'this provider has no token to assume a role with',
    )
  })

  it.each<[number, string, string]>([
    [403, '<Error><Code>AccessDenied</Code><Message>token x</Message></Error>', 'status 403 (AccessDenied)'],
    [503, 'x', 'status 503 (no error code)'],
    [200, '<html>', 'gave no credentials'],
  ])('that STS refuses with %i is told, without the answer', async (status, text, message) => {
    const { url } = await server(() => [status, text])
    const properties = {
      'rest.auth.sigv4.web-identity-token-file': await file(alice),
      'rest.auth.sigv4.sts-endpoint': url,
    }
    const said = await messageOf(provider(properties, {}))
    expect(said).toContain(message)
    expect(said).not.toContain('token x')
  })
})

it('without any credentials all places are told where they were looked for', async () => {
  expect(await messageOf(provider({}, {}))).toBe(
    'No credentials were found: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; ' +
      'there is no profile default in the files of the AWS command line; ' +
      'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set; this is no container of AWS; ' +
      'the metadata of the instance is switched off by AWS_EC2_METADATA_DISABLED',
  )
})

it('an agent that is neither local nor over TLS is not asked', async () => {
  for (const host of ['example.com', '127.evil.example.com', '10.0.0.1']) {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/` }
    expect(await messageOf(provider({}, env))).toContain('must be https, or on this machine')
  }
})

it('keys that have expired are fetched anew when AWS says so', async () => {
  const clock = testClock(NOW)
  const { url, received } = await server(() => json(received.length))
  const auth = await provider({}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, clock)
  const sent = await auth.authenticate(aRequest())
  clock.advance(60_000)
  const denied = new Response(null, { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } })
  expect(await auth.onResponse?.(denied, sent)).toBeUndefined()
  const expired = new Response(null, {
    status: 403,
    headers: { 'x-amzn-errortype': 'ExpiredTokenException:http://x' },
  })
  expect(await auth.onResponse?.(expired, sent)).toBe('retry')
  expect(await keysOf(auth)).toBe('KEY2 token2')
})
