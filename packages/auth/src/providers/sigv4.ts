import { generalRules, rulesFor, s3Rules, type SigningRules } from '@headgate/sigv4/web'
import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import type { AwsContext, AwsCredentials } from '../aws/aws-credentials.ts'
import { credentialSource, credentialSources } from '../aws/credential-source.ts'
import { readProfileRegion } from '../aws/from-profile.ts'
import { memoize, type Memoized } from '../memoize.ts'
import { byDefault, integer, list, oneOf, secret, text, url } from '../properties/property-kinds.ts'
import type { PropertyValues } from '../properties/read-properties.ts'
import { keepIdentity } from '../provenance.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import { v4aSigner, v4Signer, type Signer } from '../signing/signer.ts'
import { signingAuth, type SigningSettings } from '../signing/signing-auth.ts'

const keys = {
  service: byDefault(
    text(
      'the signing name of the service: glue, s3tables, execute-api, vpc-lattice-svcs, s3. Default: execute-api',
    ),
    'execute-api',
  ),
  credentials: byDefault(
    oneOf(
      `the source of the keys: ${credentialSources.join(', ')}. Default: auto, which uses the properties that are set here, or else tries one source after another`,
      credentialSources,
    ),
    'auto',
  ),
  'access-key-id': text('the id of an access key'),
  'secret-access-key': secret('the secret of an access key'),
  'session-token': secret('the session token of a temporary access key'),
  profile: text('the profile in the files of the AWS command line'),
  'role-arn': text('the role to assume'),
  'role-session-name': text(
    'the name of the session of the role. Default: the subject of the web identity, or headgate',
  ),
  'role-external-id': text('the external id that the role requires'),
  'role-duration-seconds': integer(
    'the lifetime of the session of the role, in seconds. Default: that of the role',
    900,
    43_200,
  ),
  'web-identity-token-file': text('the file with the token that assumes the role'),
  'web-identity-auth-type': text(
    'the provider whose token assumes the role; ::parent:: is the parent session',
  ),
  'sts-endpoint': url('the STS endpoint that assumes the role. Default: STS of the region'),
  'delegate-auth-type': text(
    'the provider whose Authorization header is sent and signed as Original-Authorization. Default: none',
  ),
  form: byDefault(
    oneOf('the position of the signature: header or query. Default: header', ['header', 'query']),
    'header',
  ),
  'expires-seconds': byDefault(
    integer('the lifetime of a signature in the query, in seconds. Default: 300', 1, 604_800),
    300,
  ),
  'path-encoding': oneOf(
    'how often the path is encoded: once for S3, twice for other services. Default: by the service',
    ['once', 'twice'],
  ),
  payload: oneOf(
    'whether the signature covers the body: signed, or unsigned if the service accepts it. Default: signed, except for vpc-lattice-svcs and for S3 with the signature in the query',
    ['signed', 'unsigned'],
  ),
  'payload-header': byDefault(
    oneOf(
      'the encoding of x-amz-content-sha256: hex, base64 as in Iceberg for Java, or none to omit it. Default: hex',
      ['hex', 'base64', 'none'],
    ),
    'hex',
  ),
  'unsigned-headers': list('additional headers that are not signed, because a proxy changes them'),
}

/**
 * Signs requests with AWS Signature Version 4. If a delegate is configured, the delegate authenticates the requests
 * first.
 */
export const sigv4: ProviderDefinition = defineProvider({
  keys: { region: text('the region to sign for. Default: that of the environment or the profile'), ...keys },
  create: async (values, context) => {
    const region = values.region ?? (await findRegion(values.profile, context))
    if (region === undefined) {
      const property = 'rest.auth.sigv4.region'
      throw new AuthError('configuration', `Set ${property}: the region to sign for, such as eu-central-1`, {
        property,
      })
    }
    return await create(values, region, region, v4Signer, context)
  },
})

/** Signs requests with AWS Signature Version 4A: with a key pair, for several regions at once. */
export const sigv4a: ProviderDefinition = defineProvider({
  keys: {
    'region-set': byDefault(
      text('the regions that may verify the signature, separated by commas; * is all regions. Default: *'),
      '*',
    ),
    'sts-region': text(
      'the region whose STS assumes the role. Default: that of the environment or the profile',
    ),
    ...keys,
  },
  create: async (values, context) => {
    const region = values['sts-region'] ?? (await findRegion(values.profile, context)) ?? 'us-east-1'
    return await create(values, values['region-set'], region, v4aSigner, context)
  },
})

async function create(
  values: PropertyValues<typeof keys>,
  signingRegion: string,
  stsRegion: string,
  makeSigner: () => Promise<Signer>,
  context: ProviderContext,
): Promise<AuthProvider> {
  const settings = toSigningSettings(values, signingRegion, context)
  const credentials = await openCredentials(values, stsRegion, context)
  const delegateType = values['delegate-auth-type'] ?? context.defaultDelegate
  if (/^sigv4a?$/.test(delegateType)) {
    const property = `rest.auth.${context.type}.delegate-auth-type`
    throw new AuthError(
      'configuration',
      `${property} must not be sigv4 or sigv4a, because a request has only one signature`,
      { property },
    )
  }
  const delegate = await context.create(delegateType)
  return signingAuth({ settings, credentials, signer: await makeSigner(), delegate, now: context.now })
}

function toSigningSettings(
  values: PropertyValues<typeof keys>,
  region: string,
  { type, uri, warn }: ProviderContext,
): SigningSettings {
  const { service } = values
  const hostService = /^(glue|s3tables)\.[a-z0-9-]+\.amazonaws\.com/.exec(
    uri === undefined ? '' : new URL(uri).host,
  )?.[1]
  if (hostService !== undefined && hostService !== service) {
    warn(
      `The host of ${uri} belongs to ${hostService}, but requests are signed for ${service}: set rest.auth.${type}.service=${hostService}`,
    )
  }
  const rules = resolveRules(service, values['path-encoding'])
  // S3 assumes an unsigned payload when the signature is in the query, so the header x-amz-content-sha256 can be
  // omitted.
  const isImpliedUnsigned = values.form === 'query' && rules.presignedPayload === 'unsigned'
  const payload =
    values.payload ?? (isImpliedUnsigned || service === 'vpc-lattice-svcs' ? 'unsigned' : 'signed')
  const omitsHeader = isImpliedUnsigned && payload === 'unsigned'
  const payloadHeader = omitsHeader ? 'none' : values['payload-header']
  const needsHeader = !omitsHeader && (payload === 'unsigned' || rules.payloadHeader)
  if (payloadHeader === 'none' && needsHeader) {
    const property = `rest.auth.${type}.payload-header`
    throw new AuthError(
      'configuration',
      `${property} must not be none: requests to S3, and requests with an unsigned payload, need the header x-amz-content-sha256`,
      {
        property,
      },
    )
  }
  return {
    region,
    service,
    form: values.form,
    rules,
    payload,
    payloadHeader,
    expiresSeconds: values['expires-seconds'],
    unsignedHeaders: [
      ...proxyHeaders,
      ...(values['unsigned-headers'] ?? []).map((name) => name.toLowerCase()),
    ],
  }
}

/** Headers that are not signed by default, because proxies change them. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]

function resolveRules(service: string, encoding: 'once' | 'twice' | undefined): SigningRules {
  const rules = rulesFor(service)
  if (encoding === undefined || encoding === rules.encodePath) return rules
  return {
    ...rules,
    encodePath: encoding,
    normalizePath: (encoding === 'once' ? s3Rules : generalRules).normalizePath,
  }
}

async function openCredentials(
  values: PropertyValues<typeof keys>,
  region: string,
  context: ProviderContext,
): Promise<Memoized<AwsCredentials>> {
  const prefix = `rest.auth.${context.type}`
  const duration = values['role-duration-seconds']
  const source = credentialSource(
    {
      prefix,
      source: values.credentials,
      accessKeyId: values['access-key-id'],
      secretAccessKey: values['secret-access-key'],
      sessionToken: values['session-token'],
      profile: values.profile,
      role: {
        ...(values['role-arn'] === undefined ? {} : { roleArn: values['role-arn'] }),
        ...(values['role-session-name'] === undefined ? {} : { sessionName: values['role-session-name'] }),
        ...(values['role-external-id'] === undefined ? {} : { externalId: values['role-external-id'] }),
        ...(duration === undefined ? {} : { durationSeconds: duration }),
      },
      webIdentityTokenFile: values['web-identity-token-file'],
      webIdentity: await openWebIdentity(values['web-identity-auth-type'], context),
      stsEndpoint: values['sts-endpoint'],
      region,
      signer: v4Signer,
    },
    awsContext(context),
  )
  const { now } = context
  return memoize(source, {
    // Keys in files and environment variables do not expire, but can be replaced, so they are read again after 5
    // minutes.
    expiresAt: ({ expiresAt, provenance }) =>
      expiresAt ?? (provenance.renewableBy.length === 0 ? undefined : now() + 300_000),
    accept: (before, next) => keepIdentity(before.provenance, next.provenance),
    now,
  })
}

async function openWebIdentity(
  type: string | undefined,
  context: ProviderContext,
): Promise<AuthProvider | undefined> {
  if (type === undefined) return undefined
  if (type !== '::parent::') return await context.create(type)
  if (context.parent !== undefined) return context.parent
  const property = `rest.auth.${context.type}.web-identity-auth-type`
  throw new AuthError(
    'configuration',
    `${property}=::parent:: needs a parent session: pass it as parent when the provider is created`,
    {
      property,
    },
  )
}

async function findRegion(
  profile: string | undefined,
  context: ProviderContext,
): Promise<string | undefined> {
  const { env } = context
  return (
    env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await readProfileRegion(profile, awsContext(context)))
  )
}

function awsContext({ env, fetch, now, warn }: ProviderContext): AwsContext {
  return { env, fetch, now, warn }
}
