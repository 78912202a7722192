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
 * Sends a token of Google. Tests compare its requests with those of `google-auth-library`. This provider does not use
 * the library, because the library has 20 packages, needs Node, does not accept another `fetch`, and does not state the
 * identity of a session.
 */
export const google: ProviderDefinition = defineProvider({
  keys: {
    'credentials-path': text('the file with credentials. Default: Application Default Credentials'),
    'credentials-json': secret('the content of a file with credentials'),
    scopes: byDefault(list(`the scopes. Default: ${CLOUD_PLATFORM}`), [CLOUD_PLATFORM]),
    'id-token-audience': text(
      'the audience of the ID token to send instead of an access token: the URL of the service, or the client id of IAP',
    ),
    header: byDefault(text('the header that contains the token. Default: Authorization'), 'Authorization'),
    'user-project': text('the project that requests are billed to'),
    'impersonate-service-account': text('the e-mail address of a service account to impersonate'),
    'impersonate-delegates': byDefault(
      list('the service accounts that delegate to the impersonated one, in order'),
      [],
    ),
    'impersonate-lifetime-seconds': byDefault(
      integer(
        'the lifetime of tokens of the impersonated service account, in seconds. Default: 3600',
        300,
        43_200,
      ),
      3_600,
    ),
    'federation-audience': text('the provider of the identity pool: //iam.googleapis.com/…/providers/…'),
    'subject-token-auth-type': text(
      'the provider whose token is presented to the identity pool; ::parent:: is the parent session',
    ),
    'subject-token-type': byDefault(text('the type of the presented token. Default: JWT'), tokenTypes.jwt),
  },
  create: async (values, context) => {
    const { 'id-token-audience': audience, scopes, 'impersonate-service-account': email } = values
    const header = checkHeaderName(values.header, `${PREFIX}header`)
    const resolve = await openSource(values, context)
    const url = email === undefined ? undefined : impersonationUrl(email)
    const lifetimeSeconds = values['impersonate-lifetime-seconds']
    const impersonate = (source: GoogleSource): GoogleSource =>
      url === undefined
        ? source
        : impersonated(source, { url, delegates: values['impersonate-delegates'], lifetimeSeconds }, context)
    let project = values['user-project']
    const tokens = memoize<GoogleToken>(
      async (wait = {}) => {
        const source = impersonate(await resolve(wait))
        project ??= source.quotaProject
        if (audience === undefined) return await source.accessToken(scopes, wait)
        if (source.idToken !== undefined) return await source.idToken(audience, wait)
        const property = `${PREFIX}id-token-audience`
        throw new AuthError(
          'configuration',
          `${property}: Google issues ID tokens only for service accounts. Set ${PREFIX}impersonate-service-account`,
          { property },
        )
      },
      {
        expiresAt: ({ expiresAt }) => expiresAt,
        accept: (before, next) => keepIdentity(before.provenance, next.provenance),
        now: context.now,
      },
    )
    return withBilledProject(
      tokenAuth(tokens, { header }),
      header,
      () => project,
      values['user-project'] !== undefined,
    )
  },
})

/**
 * Adds the header with the project that requests are billed to, unless the request has it already.
 *
 * @param always whether the header is set on each request, so that the configuration must not set it too
 */
function withBilledProject(
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
      const billed = { ...authenticated, headers: withHeaders(authenticated.headers, [[name, value]]) }
      sent.set(billed, authenticated)
      return billed
    },
    onResponse: async (response, request, wait) =>
      await inner.onResponse?.(response, sent.get(request) ?? request, wait),
    setsHeaders: [header.toLowerCase(), ...(always ? [name] : [])],
  }
}

/** Returns the configured identity of Google. Reads files when it is called. */
type ResolveSource = (wait: { signal?: AbortSignal }) => Promise<GoogleSource>

async function openSource(
  values: {
    readonly 'credentials-path': string | undefined
    readonly 'credentials-json': { reveal(): string } | undefined
    readonly 'federation-audience': string | undefined
    readonly 'subject-token-auth-type': string | undefined
    readonly 'subject-token-type': string
    readonly 'user-project': string | undefined
  },
  context: ProviderContext,
): Promise<ResolveSource> {
  const { 'credentials-path': path, 'credentials-json': json, 'federation-audience': audience } = values
  const type = values['subject-token-auth-type']
  if ([path, json, audience].filter((each) => each !== undefined).length > 1) {
    throw wrongProperty(
      PREFIX,
      'credentials-path',
      'set only one of credentials-path, credentials-json and federation-audience',
    )
  }
  if ((type === undefined) !== (audience === undefined)) {
    throw wrongProperty(
      PREFIX,
      'federation-audience',
      'set both federation-audience and subject-token-auth-type, or neither',
    )
  }
  if (audience !== undefined && type !== undefined) {
    const provider = type === '::parent::' ? context.parent : await context.create(type)
    const token = provider?.token
    if (token === undefined)
      throw wrongProperty(
        PREFIX,
        'subject-token-auth-type',
        'the selected provider or parent session has no token',
      )
    const workforce = audience.includes('/workforcePools/')
    const exchange = {
      tokenUrl: 'https://sts.googleapis.com/v1/token',
      audience,
      subjectTokenType: values['subject-token-type'],
      userProject: workforce ? values['user-project'] : undefined,
      impersonates: false,
    }
    const source = federated(async (wait) => await token.call(provider, wait), exchange, context)
    return async () => source
  }
  if (json !== undefined) {
    const property = `${PREFIX}credentials-json`
    const source = fromCredential(readCredential(json.reveal(), property), property, context)
    return async () => source
  }
  // The provider searches for the credentials only once, so that a new file cannot change the identity of the session.
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
