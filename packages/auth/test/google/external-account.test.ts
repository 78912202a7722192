import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMPTY_SHA256, parseRequest, verifySignature } from '@headgate/sigv4'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ReadyProvider } from '../../src/auth-provider.ts'
import { create, headerAfter, messageOf } from '../context.ts'
import type { GoogleCall, TestGoogle } from './google-servers.ts'
import { accessToken, asked, google } from './google-sdk.ts'

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

async function open(at: TestGoogle, credentials: object, env: Env): Promise<ReadyProvider> {
  const properties = {
    'rest.auth.type': 'google',
    'rest.auth.google.credentials-json': JSON.stringify(credentials),
  }
  const auth = await create(properties, { fetch: at.fetch, env })
  onTestFinished(async () => await auth[Symbol.asyncDispose]())
  return auth
}

/** For the SDK, which reads the environment of the process. */
function stub(env: Env): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'external-account-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

interface Shown {
  readonly url: string
  readonly method: string
  readonly headers: readonly { readonly key: string; readonly value: string }[]
}

/** The request to AWS that Google is shown. */
function shownIn(call: GoogleCall | undefined): Shown {
  if (call === undefined) throw new Error('nothing was asked for')
  const { subject_token: token } = call.body as { readonly subject_token: string }
  return JSON.parse(decodeURIComponent(token)) as Shown
}

function signedNames({ headers }: Shown): string[] {
  const authorization = headers.find(({ key }) => key === 'authorization')?.value ?? ''
  return /SignedHeaders=([^,]+),/.exec(authorization)?.[1]?.split(';') ?? []
}

function isSigned({ url, method, headers }: Shown, secret: string): boolean {
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
  ])('shows what the SDK shows, field by field: %s', async (_, more) => {
    const env = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...more,
    }
    const at = await google()
    const auth = await open(at, credentials, env)
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer federated')
    stub(env)
    const theirs = await asked(credentials, accessToken)
    expect(at.calls).toHaveLength(1)
    const withoutToken = ({ body, ...call }: GoogleCall): object => ({
      ...call,
      body: { ...(body as object), subject_token: '' },
    })
    expect(at.calls.map(withoutToken)).toEqual(theirs.map(withoutToken))
    const [own, sdk] = [shownIn(at.calls[0]), shownIn(theirs[0])]
    // As URL parsers write it: the path is a slash in both.
    expect([new URL(own.url).href, own.method]).toEqual([new URL(sdk.url).href, sdk.method])
    expect(own.headers.map(({ key }) => key).toSorted()).toEqual(sdk.headers.map(({ key }) => key).toSorted())
    for (const shown of [own, sdk]) expect(isSigned(shown, 'secret')).toBe(true)
    // The SDK leaves the provider unsigned, which Google's documentation wants signed.
    expect(signedNames(own)).toEqual([...signedNames(sdk), 'x-goog-cloud-target-resource'].toSorted())
    expect(own.headers).toContainEqual({ key: 'x-goog-cloud-target-resource', value: audience })
  })

  it('finds its region and its role at the instance', async () => {
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
    const at = await google()
    const asIs = at.fetch
    const fetch: TestGoogle['fetch'] = async (url, init) => {
      const { hostname, pathname } = new URL(url)
      if (hostname !== '169.254.169.254') return await asIs(url, init)
      return new Response(metadata[pathname] ?? null, {
        status: metadata[pathname] === undefined ? 404 : 200,
      })
    }
    await open({ ...at, fetch }, credentials, { HOME: '/nowhere' })
    expect(shownIn(at.calls[0]).url).toContain('https://sts.eu-central-1.amazonaws.com/')
    expect(isSigned(shownIn(at.calls[0]), 'secret')).toBe(true)
  })

  it.each<[string, object, string]>([
    ['another version', { ...source, environment_id: 'aws2' }, 'another environment_id than aws1'],
    [
      'another place for the signed request',
      { ...source, regional_cred_verification_url: 'https://evil.example/?Action=GetCallerIdentity' },
      'not the address of STS',
    ],
    [
      'a host that only looks like it',
      {
        ...source,
        regional_cred_verification_url:
          'https://sts.{region}.amazonaws.com.evil.example/?Action=GetCallerIdentity',
      },
      'not the address of STS',
    ],
  ])('is refused with %s', async (_, credential_source, why) => {
    const at = await google()
    expect(
      await messageOf(open(at, account('aws:token-type:aws4_request', credential_source), {})),
    ).toContain(why)
    expect(at.calls).toEqual([])
  })

  it('is told what is missing', async () => {
    const env = { HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' }
    expect(await messageOf(open(await google(), credentials, env))).toContain('AWS_EC2_METADATA_DISABLED')
    const named = { ...env, AWS_REGION: 'evil.example/' }
    expect(await messageOf(open(await google(), credentials, named))).toContain('set AWS_REGION')
  })
})

describe('a program that a file of credentials names', () => {
  const allowed = { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1', PATH: process.env['PATH'] ?? '' }
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds
  const good = (): object => ({
    version: 1,
    success: true,
    token_type: 'urn:ietf:params:oauth:token-type:id_token',
    id_token: 'e30.eyJzdWIiOiJ3b3JrbG9hZCJ9.x',
    expiration_time: inSeconds(3_600),
  })

  /** A program that prints this, and writes down the variables of Google that it was given. */
  async function program(
    printed: object | string,
    more: object = {},
  ): Promise<{ credentials: object; seen: string; output: string }> {
    const at = await folder()
    const [script, seen, output] = [join(at, 'program.sh'), join(at, 'seen'), join(at, 'output')]
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

  it('gives what the SDK takes from it, and is told the same', async () => {
    const { credentials, seen } = await program(good())
    const at = await google()
    const auth = await open(at, credentials, allowed)
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer impersonated')
    const told = await readFile(seen, 'utf8')
    await rm(seen)
    stub(allowed)
    expect(at.calls).toEqual(await asked(credentials, accessToken))
    const without = (text: string): string[] =>
      text.split('\n').filter((line) => !line.includes('ALLOW_EXECUTABLES'))
    expect(without(told)).toEqual(without(await readFile(seen, 'utf8')))
    expect(told).toContain('GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL=lake@p.iam.gserviceaccount.com')
  })

  it('is not run while what it wrote before is good', async () => {
    const at = await folder()
    const output_file = join(at, 'output')
    const { credentials, seen } = await program(good(), { output_file })
    await writeFile(output_file, JSON.stringify(good()))
    await open(await google(), credentials, allowed)
    await expect(readFile(seen)).rejects.toThrow('ENOENT')
    for (const kept of [JSON.stringify({ ...good(), expiration_time: inSeconds(-1) }), 'broken', '']) {
      await writeFile(output_file, kept)
      await open(await google(), credentials, allowed)
      expect(await readFile(seen, 'utf8')).toContain(`GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE=${output_file}`)
      await rm(seen)
    }
  })

  it('is not run unless the environment allows it', async () => {
    const { credentials, seen } = await program(good())
    const env = { PATH: process.env['PATH'] ?? '' }
    expect(await messageOf(open(await google(), credentials, env))).toContain(
      'set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
    )
    await expect(readFile(seen)).rejects.toThrow('ENOENT')
  })

  it.each<[string, object | string, string]>([
    [
      'says that it failed',
      { version: 1, success: false, code: '403', message: 'no: secret-of-mine' },
      'it failed (403): run it in a terminal',
    ],
    ['prints something else', 'hello', 'must print a JSON object with version 1 and success'],
    ['speaks a later version', { version: 2, success: true }, 'must print a JSON object with version 1'],
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
      'prints what has ended',
      {
        version: 1,
        success: true,
        token_type: 'urn:ietf:params:oauth:token-type:jwt',
        id_token: 'a.b.c',
        expiration_time: 1,
      },
      'has ended already',
    ],
  ])('%s', async (_, printed, why) => {
    const { credentials } = await program(printed)
    const message = await messageOf(open(await google(), credentials, allowed))
    expect(message).toContain(why)
    expect(message).not.toContain('secret-of-mine')
  })

  it('must say when its token ends, when it keeps it', async () => {
    const { credentials } = await program(
      { ...good(), expiration_time: undefined },
      { output_file: '/nowhere/output' },
    )
    expect(await messageOf(open(await google(), credentials, allowed))).toContain(
      'must print expiration_time',
    )
  })

  it.each([1, 200_000, '30000'])('has a time that is allowed: %j ms', async (timeout_millis) => {
    const { credentials } = await program(good(), { timeout_millis })
    expect(await messageOf(open(await google(), credentials, allowed))).toContain(
      'timeout_millis from 5000 to 120000',
    )
  })
})

it('a certificate as the source is told to be unknown', async () => {
  const credentials = account('oauth:token-type:mtls', {
    certificate: { use_default_certificate_config: true },
  })
  expect(await messageOf(open(await google(), credentials, {}))).toContain(
    'set federation-audience and subject-token-auth-type',
  )
})
