import { expect, test } from 'vitest'
import { builtIns } from '../src/built-ins.ts'
import { isAuthError } from '../src/auth-error.ts'
import * as auth from '../src/index.ts'
import type { ApiKeyOptions } from '../src/typed/api-key.ts'
import type { BasicOptions } from '../src/typed/basic.ts'
import type { BearerOptions } from '../src/typed/bearer.ts'
import type { EntraOptions } from '../src/typed/entra.ts'
import type { GoogleOptions } from '../src/typed/google.ts'
import type { OAuth2Options } from '../src/typed/oauth2.ts'
import type { SigV4Options, SigV4aOptions } from '../src/typed/sigv4.ts'

type All<T> = Required<Omit<T, 'properties'>>

const signature = {
  service: 'glue',
  accessKeyId: 'AKID',
  secretAccessKey: 's',
  sessionToken: 's',
  profile: 'p',
  roleArn: 'arn:aws:iam::1:role/r',
  roleSessionName: 'n',
  roleExternalId: 'e',
  webIdentityTokenFile: '/t',
  payload: 'signed',
} as const

/** All options of each typed constructor. */
const options = {
  basic: { username: 'u', password: 'p' } satisfies All<BasicOptions>,
  bearer: { token: 't', tokenFile: '/t' } satisfies All<BearerOptions>,
  'api-key': { key: 'k', keyFile: '/k', header: 'x-key' } satisfies All<ApiKeyOptions>,
  oauth2: {
    issuer: 'https://id.example',
    tokenEndpoint: 'https://id.example/token',
    clientId: 'c',
    clientSecret: 's',
    clientSecretFile: '/s',
    privateKey: 'k',
    scope: 'a b',
    audience: ['a'],
    resource: ['https://r.example'],
    grantType: 'client-credentials',
    refreshToken: 'r',
    subjectToken: 't',
    actorToken: 't',
    profile: 'keycloak',
    dpop: true,
    timeoutMs: 1_000,
  } satisfies All<OAuth2Options>,
  sigv4: { region: 'eu-central-1', ...signature } satisfies All<SigV4Options>,
  sigv4a: { regionSet: '*', ...signature } satisfies All<SigV4aOptions>,
  google: {
    credentialsPath: '/c',
    credentialsJson: '{}',
    scopes: ['a'],
    idTokenAudience: 'a',
    userProject: 'p',
    impersonateServiceAccount: 'a@b.iam.gserviceaccount.com',
  } satisfies All<GoogleOptions>,
  entra: {
    credential: 'auto',
    tenantId: 't',
    clientId: 'c',
    clientSecret: 's',
    clientCertificatePath: '/c',
    federatedTokenFile: '/t',
    managedIdentityClientId: 'm',
    scopes: ['a'],
    authorityHost: 'https://login.example',
  } satisfies All<EntraOptions>,
}

const constructors: Readonly<Record<string, (options: never, create: object) => Promise<unknown>>> = {
  basic: auth.basic,
  bearer: auth.bearer,
  'api-key': auth.apiKey,
  oauth2: auth.oauth2,
  sigv4: auth.sigv4,
  sigv4a: auth.sigv4a,
  google: auth.google,
  entra: auth.entra,
}

test.each(Object.keys(options) as (keyof typeof options)[])(
  'each option of the typed constructor %s is a property of the provider',
  async (type) => {
    expect(Object.keys(builtIns)).toContain(type)
    for (const [name, value] of Object.entries(options[type])) {
      const open = constructors[type]
      const opening = open?.({ [name]: value } as never, { initialize: false, env: {}, fetch: refuse })
      const error: unknown = await opening?.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      // Only an error about an unknown property fails the test. Other errors are accepted, because a single option may
      // be incomplete or contradict a default.
      if (error === undefined) continue
      if (!isAuthError(error)) throw error
      expect(error.message, name).not.toMatch(/is not known/)
    }
  },
)

const refuse = (): Promise<Response> => Promise.resolve(new Response(null, { status: 500 }))

test('a typed constructor refuses an unknown property and names it', async () => {
  const opening = auth.basic({
    username: 'u',
    password: 'p',
    properties: { 'rest.auth.basic.usrename': 'x' },
  })
  await expect(opening).rejects.toThrow('rest.auth.basic.usrename')
})

test('the typed constructor oauth2 sends all options of a token exchange', async () => {
  const sent: string[] = []
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    sent.push(`${url} ${init.body as string}`)
    return Promise.resolve(Response.json({ access_token: 't', token_type: 'Bearer', expires_in: 60 }))
  }
  const provider = await auth.oauth2(
    {
      tokenEndpoint: 'https://id.example/token',
      clientId: 'c',
      clientSecret: 's',
      subjectToken: 'user',
      scope: 'a b',
      audience: ['one', 'two'],
    },
    { fetch },
  )
  expect(sent[0]).toContain('https://id.example/token ')
  expect(sent[0]).toContain('subject_token=user')
  expect(sent[0]).toContain('audience=one&audience=two')
  await provider[Symbol.asyncDispose]()
})
