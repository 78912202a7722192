import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMPTY_SHA256, parseRequest, verifySignature } from '@headgate/sigv4'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ReadyProvider } from '../../src/auth-provider.ts'
import { create, headerAfter, catchMessage } from '../context.ts'
import type { GoogleCall, TestGoogle } from './google-servers.ts'
import { accessToken, recordSdkCalls, startGoogle } from './google-sdk.ts'

const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/w/providers/p'
const impersonation =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/lake@p.iam.gserviceaccount.com:generateAccessToken'

function account(subjectTokenType: string, credential_source: object, more: object = {}): object {
  return {
    type: 'external_account',
    audience,
    subject_token_type: `urn:ietf:params:${subjectTokenType}`,
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source,
    ...more,
  }
}

type Env = Readonly<Record<string, string>>

async function open(server: TestGoogle, credentials: object, env: Env): Promise<ReadyProvider> {
  const properties = {
    'rest.auth.type': 'google',
    'rest.auth.google.credentials-json': JSON.stringify(credentials),
  }
  const auth = await create(properties, { fetch: server.fetch, env })
  onTestFinished(async () => await auth[Symbol.asyncDispose]())
  return auth
}

/** Sets environment variables of this process until the test ends, because the SDK reads them from the process. */
function stubEnvironment(env: Env): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

async function createFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'external-account-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** Signed request to AWS STS, which is the subject token. */
interface SubjectRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly { readonly key: string; readonly value: string }[]
}

/** Decodes the request to AWS STS in the subject token of a call. */
function decodeSubject(call: GoogleCall | undefined): SubjectRequest {
  if (call === undefined) throw new Error('Google received no call')
  const { subject_token: token } = call.body as { readonly subject_token: string }
  return JSON.parse(decodeURIComponent(token)) as SubjectRequest
}

function listSignedHeaders({ headers }: SubjectRequest): string[] {
  const authorization = headers.find(({ key }) => key === 'authorization')?.value ?? ''
  return /SignedHeaders=([^,]+),/.exec(authorization)?.[1]?.split(';') ?? []
}

function isSigned({ url, method, headers }: SubjectRequest, secret: string): boolean {
  const { pathname, search, host } = new URL(url)
  const names = headers.some(({ key }) => key === 'host') ? [] : [['host', host] as const]
  const parsed = parseRequest(
    {
      method,
      target: `${pathname}${search}`,
      headers: [...names, ...headers.map(({ key, value }) => [key, value] as const)],
    },
    { services: ['sts'], regions: ['eu-central-1'], now: new Date() },
  )
  if (!parsed.ok) return false
  return verifySignature(parsed.value, secret, { bodySha256: EMPTY_SHA256 }).ok
}

describe('a workload in AWS', () => {
  const source = {
    environment_id: 'aws1',
    region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
    url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials',
    imdsv2_session_token_url: 'http://169.254.169.254/latest/api/token',
    regional_cred_verification_url:
      'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
  }
  const credentials = account('aws:token-type:aws4_request', source)

  it.each<[string, Env]>([
    ['with keys', {}],
    ['with temporary keys', { AWS_SESSION_TOKEN: 'session/token+==' }],
  ])('a workload in AWS %s sends Google the same fields as the Google SDK', async (_, more) => {
    const env = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...more,
    }
    const server = await startGoogle()
    const auth = await open(server, credentials, env)
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer federated')
    stubEnvironment(env)
    const sdkCalls = await recordSdkCalls(credentials, accessToken)
    expect(server.calls).toHaveLength(1)
    const withoutToken = ({ body, ...call }: GoogleCall): object => ({
      ...call,
      body: { ...(body as object), subject_token: '' },
    })
    expect(server.calls.map(withoutToken)).toEqual(sdkCalls.map(withoutToken))
    const [own, sdk] = [decodeSubject(server.calls[0]), decodeSubject(sdkCalls[0])]
    // The SDK omits the path `/`, which URL parsers add.
    expect([new URL(own.url).href, own.method]).toEqual([new URL(sdk.url).href, sdk.method])
    expect(own.headers.map(({ key }) => key).toSorted()).toEqual(sdk.headers.map(({ key }) => key).toSorted())
    for (const request of [own, sdk]) expect(isSigned(request, 'secret')).toBe(true)
    // Google's documentation requires that the header x-goog-cloud-target-resource is signed, but the SDK does not sign
    // this header.
    expect(listSignedHeaders(own)).toEqual(
      [...listSignedHeaders(sdk), 'x-goog-cloud-target-resource'].toSorted(),
    )
    expect(own.headers).toContainEqual({ key: 'x-goog-cloud-target-resource', value: audience })
  })

  it('a workload in AWS reads its region and its role from the instance metadata service', async () => {
    const metadata: Readonly<Record<string, string>> = {
      '/latest/api/token': 'session',
      '/latest/meta-data/placement/availability-zone': 'eu-central-1b',
      '/latest/meta-data/iam/security-credentials/': 'role',
      '/latest/meta-data/iam/security-credentials/role': JSON.stringify({
        AccessKeyId: 'AKIDEXAMPLE',
        SecretAccessKey: 'secret',
        Token: 'token',
        Expiration: '2099-01-01T00:00:00Z',
      }),
    }
    const server = await startGoogle()
    const fetch: TestGoogle['fetch'] = async (url, init) => {
      const { hostname, pathname } = new URL(url)
      if (hostname !== '169.254.169.254') return await server.fetch(url, init)
      return new Response(metadata[pathname] ?? null, {
        status: metadata[pathname] === undefined ? 404 : 200,
      })
    }
    await open({ ...server, fetch }, credentials, { HOME: '/nowhere' })
    const subject = decodeSubject(server.calls[0])
    expect(subject.url).toContain('https://sts.eu-central-1.amazonaws.com/')
    expect(isSigned(subject, 'secret')).toBe(true)
  })

  it.each<[string, object, string]>([
    ['another version', { ...source, environment_id: 'aws2' }, 'environment_id must be aws1'],
    [
      'another host for the signed request',
      { ...source, regional_cred_verification_url: 'https://evil.example/?Action=GetCallerIdentity' },
      'regional_cred_verification_url must be a URL of AWS STS',
    ],
    [
      'a host whose name begins with the host of STS',
      {
        ...source,
        regional_cred_verification_url:
          'https://sts.{region}.amazonaws.com.evil.example/?Action=GetCallerIdentity',
      },
      'regional_cred_verification_url must be a URL of AWS STS',
    ],
  ])('a workload in AWS cannot use a credential file with %s', async (_, credential_source, why) => {
    const server = await startGoogle()
    expect(
      await catchMessage(open(server, account('aws:token-type:aws4_request', credential_source), {})),
    ).toContain(why)
    expect(server.calls).toEqual([])
  })

  it('a workload in AWS fails without a valid region, and the error names the variable', async () => {
    const env = { HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' }
    expect(await catchMessage(open(await startGoogle(), credentials, env))).toContain(
      'AWS_EC2_METADATA_DISABLED',
    )
    const invalid = { ...env, AWS_REGION: 'evil.example/' }
    expect(await catchMessage(open(await startGoogle(), credentials, invalid))).toContain('set AWS_REGION')
  })
})

describe('a program in a credential file', () => {
  const allowed = { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1', PATH: process.env['PATH'] ?? '' }
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds
  const validOutput = (): object => ({
    version: 1,
    success: true,
    token_type: 'urn:ietf:params:oauth:token-type:id_token',
    id_token: 'e30.eyJzdWIiOiJ3b3JrbG9hZCJ9.x',
    expiration_time: inSeconds(3_600),
  })

  /**
   * Creates a program that prints an output, and writes the environment variables that Google defines to the file
   * `seen`.
   */
  async function createProgram(
    printed: object | string,
    more: object = {},
  ): Promise<{ credentials: object; seen: string; output: string }> {
    const folder = await createFolder()
    const [script, seen, output] = [join(folder, 'program.sh'), join(folder, 'seen'), join(folder, 'output')]
    const text = typeof printed === 'string' ? printed : JSON.stringify(printed)
    await writeFile(
      script,
      `#!/bin/sh\nenv | grep ^GOOGLE_EXTERNAL | sort >> '${seen}'\ncat <<'X'\n${text}\nX\n`,
    )
    await chmod(script, 0o700)
    const executable = { command: `${script} --an argument`, timeout_millis: 30_000, ...more }
    const credentials = account(
      'oauth:token-type:id_token',
      { executable },
      { service_account_impersonation_url: impersonation },
    )
    return { credentials, seen, output }
  }

  it('a program in a credential file receives the variables that the Google SDK sets, and its output leads to the same requests as in the SDK', async () => {
    const { credentials, seen } = await createProgram(validOutput())
    const server = await startGoogle()
    const auth = await open(server, credentials, allowed)
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer impersonated')
    const variables = await readFile(seen, 'utf8')
    await rm(seen)
    stubEnvironment(allowed)
    expect(server.calls).toEqual(await recordSdkCalls(credentials, accessToken))
    const without = (text: string): string[] =>
      text.split('\n').filter((line) => !line.includes('ALLOW_EXECUTABLES'))
    expect(without(variables)).toEqual(without(await readFile(seen, 'utf8')))
    expect(variables).toContain('GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL=lake@p.iam.gserviceaccount.com')
  })

  it('a program in a credential file does not run while its output file contains a valid token', async () => {
    const output_file = join(await createFolder(), 'output')
    const { credentials, seen } = await createProgram(validOutput(), { output_file })
    await writeFile(output_file, JSON.stringify(validOutput()))
    await open(await startGoogle(), credentials, allowed)
    await expect(readFile(seen)).rejects.toThrow('ENOENT')
    for (const cached of [
      JSON.stringify({ ...validOutput(), expiration_time: inSeconds(-1) }),
      'not JSON',
      '',
    ]) {
      await writeFile(output_file, cached)
      await open(await startGoogle(), credentials, allowed)
      expect(await readFile(seen, 'utf8')).toContain(`GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE=${output_file}`)
      await rm(seen)
    }
  })

  it('a program in a credential file runs only if the environment allows it', async () => {
    const { credentials, seen } = await createProgram(validOutput())
    const env = { PATH: process.env['PATH'] ?? '' }
    expect(await catchMessage(open(await startGoogle(), credentials, env))).toContain(
      'set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
    )
    await expect(readFile(seen)).rejects.toThrow('ENOENT')
  })

  it.each<[string, object | string, string]>([
    [
      'reports a failure',
      { version: 1, success: false, code: '403', message: 'no: secret-of-mine' },
      'reported a failure (403): run it in a terminal',
    ],
    ['prints no JSON', 'hello', 'must print a JSON object with version 1 and success'],
    ['prints a later version', { version: 2, success: true }, 'must print a JSON object with version 1'],
    [
      'prints no token',
      { version: 1, success: true, token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'id_token or saml_response',
    ],
    [
      'prints another kind of token',
      { version: 1, success: true, token_type: 'x', id_token: 'a.b.c' },
      'must print token_type',
    ],
    [
      'prints an expired token',
      {
        version: 1,
        success: true,
        token_type: 'urn:ietf:params:oauth:token-type:jwt',
        id_token: 'a.b.c',
        expiration_time: 1,
      },
      'printed an expired token',
    ],
  ])(
    'a program in a credential file fails if it %s, and the error does not contain the message of the program',
    async (_, printed, why) => {
      const { credentials } = await createProgram(printed)
      const message = await catchMessage(open(await startGoogle(), credentials, allowed))
      expect(message).toContain(why)
      expect(message).not.toContain('secret-of-mine')
    },
  )

  it('a program in a credential file fails if the credential file names an output file and the program prints no expiry', async () => {
    const { credentials } = await createProgram(
      { ...validOutput(), expiration_time: undefined },
      { output_file: '/nowhere/output' },
    )
    expect(await catchMessage(open(await startGoogle(), credentials, allowed))).toContain(
      'must print expiration_time',
    )
  })

  it.each([1, 200_000, '30000'])(
    'a program in a credential file cannot have a timeout of %j ms',
    async (timeout_millis) => {
      const { credentials } = await createProgram(validOutput(), { timeout_millis })
      expect(await catchMessage(open(await startGoogle(), credentials, allowed))).toContain(
        'timeout_millis must be a number from 5000 to 120000',
      )
    },
  )
})

it('the google provider refuses a certificate as the source of the subject token', async () => {
  const credentials = account('oauth:token-type:mtls', {
    certificate: { use_default_certificate_config: true },
  })
  expect(await catchMessage(open(await startGoogle(), credentials, {}))).toContain(
    'set federation-audience and subject-token-auth-type',
  )
})
