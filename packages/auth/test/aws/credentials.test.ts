import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'
import type { AuthProvider } from '../../src/auth-provider.ts'
import type { Properties } from '../../src/properties/auth-properties.ts'
import type { CreateOptions } from '../../src/registry.ts'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../context.ts'

const NOW = Date.UTC(2026, 0, 1)

/** Environment that hides the credential files and the metadata service of this machine. */
const emptyEnvironment = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
}

const sigv4 = { 'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'eu-central-1' }

async function provider(
  changes: Properties,
  env: Record<string, string>,
  options: CreateOptions = {},
): Promise<AuthProvider> {
  return await create({ ...sigv4, ...changes }, { env: { ...emptyEnvironment, ...env }, ...options })
}

/** Returns the access key id and the session token that a provider signs with. */
async function readKeys(auth: AuthProvider): Promise<string> {
  const authorization = (await headerAfter(auth, 'authorization')) ?? ''
  const token = await headerAfter(auth, 'x-amz-security-token')
  return `${/Credential=([^/]+)/.exec(authorization)?.[1]} ${token}`
}

async function startServer(
  respond: (request: ReceivedRequest) => [number, string] | string,
): Promise<HttpTestServer> {
  const started = await startHttpServer((request, response) => {
    const result = respond(request)
    const [status, text] = typeof result === 'string' ? [200, result] : result
    response.writeHead(status).end(text)
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

async function createFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'file')
  await writeFile(path, text)
  return path
}

function credentialJson(number: number, lifeMs = 3_600_000): string {
  return JSON.stringify({
    AccessKeyId: `KEY${number}`,
    SecretAccessKey: 'secret',
    Token: `token${number}`,
    Expiration: new Date(NOW + lifeMs * number).toISOString(),
  })
}

function stsResponse(number: number): string {
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE${number}</AccessKeyId>
    <SecretAccessKey>secret</SecretAccessKey><SessionToken>a&amp;b</SessionToken>
    <Expiration>${new Date(NOW + 3_600_000 * number).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
}

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`

describe('the sigv4 provider', () => {
  it('the sigv4 provider signs with the keys in environment variables', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 't' }
    expect(await readKeys(await provider({}, env))).toBe('AKID t')
  })

  it('the sigv4 provider signs with the keys of a profile', async () => {
    const path = await createFile('[dev]\naws_access_key_id=DEV\naws_secret_access_key=s\n')
    const env = { AWS_SHARED_CREDENTIALS_FILE: path }
    expect(await readKeys(await provider({ 'rest.auth.sigv4.profile': 'dev' }, env))).toBe('DEV undefined')
    expect(await readKeys(await provider({}, { ...env, AWS_PROFILE: 'dev' }))).toBe('DEV undefined')
    expect(await catchMessage(provider({ 'rest.auth.sigv4.profile': 'prod' }, env))).toContain(
      'files have no profile prod',
    )
  })

  it('the sigv4 provider signs with the keys that the credential_process of a profile prints', async () => {
    const script = await createFile(`console.log(${JSON.stringify(credentialJson(1))})`)
    const path = await createFile(`[default]\ncredential_process = "${process.execPath}" "${script}"`)
    expect(await readKeys(await provider({}, { AWS_CONFIG_FILE: path }, { now: () => NOW }))).toBe(
      'KEY1 token1',
    )
  })

  it('the sigv4 provider signs with keys of the container credentials endpoint, and renews them before they expire', async () => {
    const clock = testClock(NOW)
    const { url, received } = await startServer(() => credentialJson(received.length))
    const token = await createFile('endpoint token\n')
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    }
    const auth = await provider({}, env, clock)
    expect(await readKeys(auth)).toBe('KEY1 token1')
    expect(received[0]?.headers.authorization).toBe('endpoint token')
    clock.advance(3_600_000)
    expect(await readKeys(auth)).toBe('KEY2 token2')
    expect(received).toHaveLength(2)
  })

  it('the sigv4 provider signs with keys of the EC2 instance metadata service in version 2', async () => {
    const { url, received } = await startServer(({ method, target, headers }) => {
      if (method === 'PUT' && target === '/latest/api/token') return 'session'
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return [401, '']
      return target.endsWith('/iam/security-credentials/') ? 'my-role' : credentialJson(1)
    })
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_EC2_METADATA_DISABLED: 'false' }
    expect(await readKeys(await provider({}, env, { now: () => NOW }))).toBe('KEY1 token1')
    expect(received.map(({ target }) => target)).toEqual([
      '/latest/api/token',
      '/latest/meta-data/iam/security-credentials/',
      '/latest/meta-data/iam/security-credentials/my-role',
    ])
  })

  it('the sigv4 provider assumes a role in a signed request', async () => {
    const { url, received } = await startServer(() => stsResponse(1))
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
    expect(await readKeys(auth)).toBe('ROLE1 a&b')
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

  it('the sigv4 provider assumes the role of a profile with the keys of its source profile', async () => {
    const { url, received } = await startServer(() => stsResponse(1))
    const path = await createFile(
      `[profile app]\nrole_arn=arn:aws:iam::1:role/app\nsource_profile=base\nregion=eu-west-1
[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s`,
    )
    const env = { AWS_CONFIG_FILE: path, AWS_PROFILE: 'app', AWS_ENDPOINT_URL_STS: url }
    expect(await readKeys(await provider({}, env, { now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.headers.authorization).toContain('Credential=BASE/20260101/eu-west-1/sts/')
  })

  it('the sigv4 provider signs with keys of the AWS SDK if credentials=sdk is set', async () => {
    const path = await createFile(
      '[default]\naws_access_key_id=SDK\naws_secret_access_key=s\naws_session_token=t',
    )
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    expect(await readKeys(await provider({ 'rest.auth.sigv4.credentials': 'sdk' }, {}))).toBe('SDK t')
  })
})

it.each([
  [
    'role_arn=x\nsource_profile=app',
    'the chain of source_profile settings is a cycle, or has more than 5 steps',
  ],
  [
    'role_arn=x\nsource_profile=missing',
    'profile missing cannot be used: a source_profile names this profile',
  ],
  ['role_arn=x', 'needs source_profile, credential_source or web_identity_token_file'],
  ['sso_session=corp', 'set credentials=sdk and install @aws-sdk/credential-provider-node'],
])('the sigv4 provider refuses an AWS profile with %j', async (settings, message) => {
  const path = await createFile(`[profile app]\n${settings}`)
  expect(await catchMessage(provider({}, { AWS_CONFIG_FILE: path, AWS_PROFILE: 'app' }))).toContain(message)
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the sigv4 provider with a web identity', () => {
  const alice = jwt({ iss: 'https://idp.example.com', sub: 'alice@example.com' })

  it('the sigv4 provider with a web identity sends the token of the user to STS, so that AWS identifies the user', async () => {
    const { url, received } = await startServer(() => stsResponse(1))
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
    expect(await readKeys(auth)).toBe('ROLE1 a&b')
    expect(Object.fromEntries(new URLSearchParams(received[0]?.body.toString()))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/user',
      RoleSessionName: 'alice@example.com',
      WebIdentityToken: alice,
    })
    expect(received[0]?.headers.authorization).toBeUndefined()
  })

  it('the sigv4 provider with a web identity uses the token of the parent session, and needs no role if the service derives it from the token', async () => {
    const { url, received } = await startServer(() => stsResponse(1))
    const parent = await create({ token: alice })
    const properties = {
      'rest.auth.sigv4.web-identity-auth-type': '::parent::',
      'rest.auth.sigv4.sts-endpoint': url,
    }
    expect(await readKeys(await provider(properties, {}, { parent, now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.body.toString()).not.toContain('RoleArn')
  })

  it('the sigv4 provider with a web identity uses the token file and the role in the variables that Kubernetes sets', async () => {
    const { url, received } = await startServer(() => stsResponse(1))
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: await createFile(alice),
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/pod',
      AWS_ENDPOINT_URL_STS: url,
    }
    expect(await readKeys(await provider({}, env, { now: () => NOW }))).toBe('ROLE1 a&b')
    expect(received[0]?.body.toString()).toContain('role%2Fpod')
  })

  it('the sigv4 provider with a web identity ends the session when the token file contains the token of another user', async () => {
    const clock = testClock(NOW)
    const { url, received } = await startServer(() => stsResponse(received.length))
    const path = await createFile(alice)
    const properties = {
      'rest.auth.sigv4.web-identity-token-file': path,
      'rest.auth.sigv4.sts-endpoint': url,
    }
    const auth = await provider(properties, {}, clock)
    clock.advance(3_600_000)
    expect(await readKeys(auth)).toBe('ROLE2 a&b')
    await writeFile(path, jwt({ iss: 'https://idp.example.com', sub: 'mallory' }))
    clock.advance(3_600_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
      'the renewed credential is for another subject',
    )
  })

  it('the sigv4 provider with a web identity refuses a web identity provider that has no token', async () => {
    const properties = {
      'rest.auth.sigv4.web-identity-auth-type': 'basic',
      'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p',
    }
    expect(await catchMessage(provider(properties, {}))).toContain(
      'web-identity-auth-type names a provider without a token',
    )
  })

  it.each<[number, string, string]>([
    [403, '<Error><Code>AccessDenied</Code><Message>token x</Message></Error>', 'status 403 (AccessDenied)'],
    [503, 'x', 'status 503 (no error code)'],
    [200, '<html>', 'returned no credentials'],
  ])(
    'the sigv4 provider with a web identity fails after status %i of STS, and the error does not contain the response',
    async (status, text, expected) => {
      const { url } = await startServer(() => [status, text])
      const properties = {
        'rest.auth.sigv4.web-identity-token-file': await createFile(alice),
        'rest.auth.sigv4.sts-endpoint': url,
      }
      const message = await catchMessage(provider(properties, {}))
      expect(message).toContain(expected)
      expect(message).not.toContain('token x')
    },
  )
})

it('the error of the sigv4 provider lists all credential sources if none of them has credentials', async () => {
  expect(await catchMessage(provider({}, {}))).toBe(
    'No credentials were found: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; ' +
      'the AWS credentials and configuration files have no profile default; ' +
      'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set; ' +
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set; ' +
      'AWS_EC2_METADATA_DISABLED disables the EC2 instance metadata service',
  )
})

it('the sigv4 provider refuses a container credentials endpoint without https on another machine', async () => {
  for (const host of ['example.com', '127.evil.example.com', '10.0.0.1']) {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/` }
    expect(await catchMessage(provider({}, env))).toContain(
      'must be an https URL, or an http URL of this machine',
    )
  }
})

it('the sigv4 provider fetches new credentials when AWS reports that the current credentials have expired', async () => {
  const clock = testClock(NOW)
  const { url, received } = await startServer(() => credentialJson(received.length))
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
  expect(await readKeys(auth)).toBe('KEY2 token2')
})
