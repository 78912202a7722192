import { withHeaders } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { readCredential } from '../google/credential-file.ts'
import { federated } from '../google/federation.ts'
import { defaultCredentials, fromCredential, fromFile } from '../google/google-credentials.ts'
import { CLOUD_PLATFORM, type GoogleSource, type GoogleToken } from '../google/google-source.ts'
import { impersonated, impersonationUrl } from '../google/impersonation.ts'
import { memoize } from '../memoize.ts'
import { byDefault, integer, list, secret, text } from '../properties/property-kinds.ts'
import { keepIdentity } from '../provenance.ts'
import { wrongProperty } from '../properties/wrong-property.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import { tokenAuth } from '../token-auth.ts'
import { tokenTypes } from '../token.ts'
import { checkHeaderName } from './headers.ts'

const PREFIX = 'rest.auth.google.'

/**
 * Tokens of Google. The requests are ours, field by field those of `google-auth-library` (a test compares them): that
 * has 12 MB and 20 packages, needs Node, reaches issuers in its own way, and knows nothing of who a session is, while
 * what is needed of it are six requests.
 */
export const google: ProviderDefinition = defineProvider({
  keys: {
    'credentials-path': text('a file of credentials. Default: Application Default Credentials'),
    'credentials-json': secret('what stands in such a file'),
    scopes: byDefault(list(`the scopes. Default: ${CLOUD_PLATFORM}`), [CLOUD_PLATFORM]),
    'id-token-audience': text(
      'send an ID token for this audience instead: the URL of the service, or the client of IAP',
    ),
    header: byDefault(text('the header of the token. Default: Authorization'), 'Authorization'),
    'user-project': text('the project that calls are counted for'),
    'impersonate-service-account': text('the e-mail address of a service account to impersonate'),
    'impersonate-delegates': byDefault(list('service accounts in between'), []),
    'impersonate-lifetime-seconds': byDefault(integer('how long. Default: 3600', 300, 43_200), 3_600),
    'federation-audience': text('the provider in the pool of identities: //iam.googleapis.com/…/providers/…'),
    'subject-token-auth-type': text(
      'the provider whose token is presented; ::parent:: for that of the outer session',
    ),
    'subject-token-type': byDefault(text('its type. Default: JWT'), tokenTypes.jwt),
  },
  create: async (values, context) => {
    const { 'id-token-audience': audience, scopes, 'impersonate-service-account': email } = values
    const header = checkHeaderName(values.header, `${PREFIX}header`)
    const base = await sourceOf(values, context)
    const url = email === undefined ? undefined : impersonationUrl(email)
    const lifetimeSeconds = values['impersonate-lifetime-seconds']
    const impersonate = (source: GoogleSource): GoogleSource =>
      url === undefined
        ? source
        : impersonated(source, { url, delegates: values['impersonate-delegates'], lifetimeSeconds }, context)
    let project = values['user-project']
    const tokens = memoize<GoogleToken>(
      async (wait = {}) => {
        const source = impersonate(await base(wait))
        project ??= source.quotaProject
        if (audience === undefined) return await source.accessToken(scopes, wait)
        if (source.idToken !== undefined) return await source.idToken(audience, wait)
        const fix = `Google gives ID tokens to service accounts only: set ${PREFIX}impersonate-service-account`
        throw new AuthError('configuration', fix, { property: `${PREFIX}id-token-audience` })
      },
      {
        expiresAt: ({ expiresAt }) => expiresAt,
        accept: (before, next) => keepIdentity(before.provenance, next.provenance),
        now: context.now,
      },
    )
    return withProject(
      tokenAuth(tokens, { header }),
      header,
      () => project,
      values['user-project'] !== undefined,
    )
  },
})

/** Says whose project calls are counted for, unless the request does. */
function withProject(
  inner: AuthProvider,
  header: string,
  project: () => string | undefined,
  always: boolean,
): AuthProvider {
  const name = 'x-goog-user-project'
  const sent = new WeakMap<object, Parameters<AuthProvider['authenticate']>[0]>()
  return {
    ...inner,
    authenticate: async (request, wait) => {
      const authenticated = await inner.authenticate(request, wait)
      const value = project()
      if (value === undefined || authenticated.headers.some(([each]) => each.toLowerCase() === name)) {
        return authenticated
      }
      const counted = { ...authenticated, headers: withHeaders(authenticated.headers, [[name, value]]) }
      sent.set(counted, authenticated)
      return counted
    },
    onResponse: async (response, request, wait) =>
      await inner.onResponse?.(response, sent.get(request) ?? request, wait),
    setsHeaders: [header.toLowerCase(), ...(always ? [name] : [])],
  }
}

type Base = (wait: { signal?: AbortSignal }) => Promise<GoogleSource>

async function sourceOf(
  values: {
    readonly 'credentials-path': string | undefined
    readonly 'credentials-json': { reveal(): string } | undefined
    readonly 'federation-audience': string | undefined
    readonly 'subject-token-auth-type': string | undefined
    readonly 'subject-token-type': string
    readonly 'user-project': string | undefined
  },
  context: ProviderContext,
): Promise<Base> {
  const { 'credentials-path': path, 'credentials-json': json, 'federation-audience': audience } = values
  const type = values['subject-token-auth-type']
  if ([path, json, audience].filter((each) => each !== undefined).length > 1) {
    throw wrongProperty(PREFIX, 'credentials-path', 'set it, or credentials-json, or federation-audience')
  }
  if ((type === undefined) !== (audience === undefined)) {
    throw wrongProperty(PREFIX, 'federation-audience', 'it goes with subject-token-auth-type')
  }
  if (audience !== undefined && type !== undefined) {
    const provider = type === '::parent::' ? context.parent : await context.create(type)
    const token = provider?.token
    if (token === undefined)
      throw wrongProperty(PREFIX, 'subject-token-auth-type', 'there is no token in that session')
    const workforce = audience.includes('/workforcePools/')
    const to = {
      tokenUrl: 'https://sts.googleapis.com/v1/token',
      audience,
      subjectTokenType: values['subject-token-type'],
      userProject: workforce ? values['user-project'] : undefined,
      impersonates: false,
    }
    const source = federated(async (wait) => await token.call(provider, wait), to, context)
    return async () => source
  }
  if (json !== undefined) {
    const property = `${PREFIX}credentials-json`
    const source = fromCredential(readCredential(json.reveal(), property), property, context)
    return async () => source
  }
  // Kept once found: who it is must not change because a file appears.
  let found: Promise<GoogleSource> | undefined
  return async (wait) => {
    found ??=
      path === undefined
        ? defaultCredentials(context, wait)
        : fromFile(path, `${PREFIX}credentials-path`, context, wait)
    try {
      return await found
    } catch (error) {
      found = undefined
      throw error
    }
  }
}
