import { generalRules, rulesFor, s3Rules, type SigningRules } from '@headgate/sigv4/web'
import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import type { AwsContext, AwsCredentials } from '../aws/aws-credentials.ts'
import { credentialSource, credentialSources } from '../aws/credential-source.ts'
import { profileRegion } from '../aws/from-profile.ts'
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
      `where keys come from: ${credentialSources.join(', ')}. Default: auto, which takes what is set here, or else asks one after another`,
      credentialSources,
    ),
    'auto',
  ),
  'access-key-id': text('the id of a key'),
  'secret-access-key': secret('the secret of a key'),
  'session-token': secret('the session token of a temporary key'),
  profile: text('the profile in the files of the AWS command line'),
  'role-arn': text('the role to assume'),
  'role-session-name': text('the name of its session. Default: the subject of the web identity, or headgate'),
  'role-external-id': text('the external id that the role asks for'),
  'role-duration-seconds': integer('how long its session lasts. Default: what the role says', 900, 43_200),
  'web-identity-token-file': text('a file with the token to assume the role with'),
  'web-identity-auth-type': text(
    'the provider whose token assumes the role; ::parent:: for that of the session this one belongs to',
  ),
  'sts-endpoint': url('where roles are assumed. Default: STS of the region'),
  'delegate-auth-type': text('the provider whose identity travels below the signature. Default: none'),
  form: byDefault(
    oneOf('where the signature stands: header or query. Default: header', ['header', 'query']),
    'header',
  ),
  'expires-seconds': byDefault(
    integer('how long a signature in the query is good for. Default: 300', 1, 604_800),
    300,
  ),
  'path-encoding': oneOf('once for S3, twice for all else. Default: as the service has it', [
    'once',
    'twice',
  ]),
  payload: oneOf('signed, or unsigned where the service takes that. Default: as the service has it', [
    'signed',
    'unsigned',
  ]),
  'payload-header': byDefault(
    oneOf('how x-amz-content-sha256 is written: hex, base64 as Iceberg for Java, or none. Default: hex', [
      'hex',
      'base64',
      'none',
    ]),
    'hex',
  ),
  'unsigned-headers': list('more headers that are not signed, because hops on the way change them'),
}

/** AWS Signature Version 4, on top of another provider if one is named. */
export const sigv4: ProviderDefinition = defineProvider({
  keys: { region: text('the region to sign for. Default: that of the environment or the profile'), ...keys },
  create: async (values, context) => {
    const region = values.region ?? (await regionOf(values.profile, context))
    if (region === undefined) {
      const property = 'rest.auth.sigv4.region'
      throw new AuthError('configuration', `Set ${property}: the region to sign for, as eu-central-1`, {
        property,
      })
    }
    return await create(values, region, region, v4Signer, context)
  },
})

/** AWS Signature Version 4A: the same with a key pair, for several regions at once. */
export const sigv4a: ProviderDefinition = defineProvider({
  keys: {
    'region-set': byDefault(
      text('the regions that may verify it, with commas between; * for all. Default: *'),
      '*',
    ),
    'sts-region': text('the region whose STS is asked. Default: that of the environment or the profile'),
    ...keys,
  },
  create: async (values, context) => {
    const region = values['sts-region'] ?? (await regionOf(values.profile, context)) ?? 'us-east-1'
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
  const settings = settingsOf(values, signingRegion, context)
  const credentials = await credentialsOf(values, stsRegion, context)
  const delegateType = values['delegate-auth-type'] ?? context.defaultDelegate
  if (/^sigv4a?$/.test(delegateType)) {
    const property = `rest.auth.${context.type}.delegate-auth-type`
    throw new AuthError('configuration', `${property} must not be a signature too`, { property })
  }
  const delegate = await context.create(delegateType)
  return signingAuth({ settings, credentials, signer: await makeSigner(), delegate, now: context.now })
}

function settingsOf(
  values: PropertyValues<typeof keys>,
  region: string,
  { type, uri, warn }: ProviderContext,
): SigningSettings {
  const { service } = values
  const host = /^(glue|s3tables)\.[a-z0-9-]+\.amazonaws\.com/.exec(
    uri === undefined ? '' : new URL(uri).host,
  )?.[1]
  if (host !== undefined && host !== service) {
    warn(
      `${uri} is served by ${host}, but requests are signed for ${service}: set rest.auth.${type}.service=${host}`,
    )
  }
  const rules = rulesOf(service, values['path-encoding'])
  // What S3 takes in a query when nothing else is said.
  const unsaid = values.form === 'query' && rules.presignedPayload === 'unsigned'
  const payload = values.payload ?? (unsaid || service === 'vpc-lattice-svcs' ? 'unsigned' : 'signed')
  const header = unsaid && payload === 'unsigned' ? 'none' : values['payload-header']
  const needed = payload === 'unsigned' || rules.payloadHeader
  if (header === 'none' && needed && !(unsaid && payload === 'unsigned')) {
    const property = `rest.auth.${type}.payload-header`
    throw new AuthError('configuration', `${property}=none: S3, and unsigned payloads, need this header`, {
      property,
    })
  }
  return {
    region,
    service,
    form: values.form,
    rules,
    payload,
    payloadHeader: header,
    expiresSeconds: values['expires-seconds'],
    unsignedHeaders: [
      ...changedOnTheWay,
      ...(values['unsigned-headers'] ?? []).map((name) => name.toLowerCase()),
    ],
  }
}

/** What proxies write, beside what is never signed. */
const changedOnTheWay = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]

function rulesOf(service: string, encoding: 'once' | 'twice' | undefined): SigningRules {
  const rules = rulesFor(service)
  if (encoding === undefined || encoding === rules.encodePath) return rules
  return {
    ...rules,
    encodePath: encoding,
    normalizePath: (encoding === 'once' ? s3Rules : generalRules).normalizePath,
  }
}

async function credentialsOf(
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
      webIdentity: await webIdentityOf(values['web-identity-auth-type'], context),
      stsEndpoint: values['sts-endpoint'],
      region,
      signer: v4Signer,
    },
    awsContext(context),
  )
  const { now } = context
  return memoize(source, {
    // Files and variables say nothing of an end, but others may change them.
    expiresAt: ({ expiresAt, provenance }) =>
      expiresAt ?? (provenance.renewableBy.length === 0 ? undefined : now() + 300_000),
    accept: (before, next) => keepIdentity(before.provenance, next.provenance),
    now,
  })
}

async function webIdentityOf(
  type: string | undefined,
  context: ProviderContext,
): Promise<AuthProvider | undefined> {
  if (type === undefined) return undefined
  if (type !== '::parent::') return await context.create(type)
  if (context.parent !== undefined) return context.parent
  const property = `rest.auth.${context.type}.web-identity-auth-type`
  throw new AuthError('configuration', `${property}=::parent:: needs a session that this one belongs to`, {
    property,
  })
}

async function regionOf(profile: string | undefined, context: ProviderContext): Promise<string | undefined> {
  const { env } = context
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await profileRegion(profile, awsContext(context)))
}

function awsContext({ env, fetch, now, warn }: ProviderContext): AwsContext {
  return { env, fetch, now, warn }
}
