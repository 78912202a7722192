import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import { chain, type Source } from '../chain.ts'
import { fileTokens } from '../file-tokens.ts'
import type { Secret } from '../secret.ts'
import type { Signer } from '../signing/signer.ts'
import type { Token } from '../token.ts'
import { toAwsCredentials, type AwsContext, type AwsSource } from './aws-credentials.ts'
import { fromContainer } from './from-container.ts'
import { fromEnvironment } from './from-environment.ts'
import { fromInstance } from './from-instance.ts'
import { fromProfile } from './from-profile.ts'
import { fromRole } from './from-role.ts'
import { fromSdk } from './from-sdk.ts'
import { stsEndpoint } from './sts.ts'
import { fromWebIdentity, readWebIdentityVariables, type RoleOptions } from './web-identity.ts'

export const credentialSources = [
  'auto',
  'static',
  'environment',
  'profile',
  'web-identity',
  'container',
  'instance',
  'sdk',
] as const

/** Settings that select the source of AWS credentials, read from the properties of the types `sigv4` and `sigv4a`. */
export interface CredentialOptions {
  /** Prefix of the property names in error messages, such as `rest.auth.sigv4`. */
  readonly prefix: string
  readonly source: (typeof credentialSources)[number]
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: Secret | undefined
  readonly sessionToken: Secret | undefined
  readonly profile: string | undefined
  readonly role: RoleOptions
  readonly webIdentityTokenFile: string | undefined
  /** Auth provider whose token is exchanged for the credentials of the role (`AssumeRoleWithWebIdentity`). */
  readonly webIdentity: AuthProvider | undefined
  readonly stsEndpoint: string | undefined
  /** AWS region whose STS endpoint is called when no endpoint is set. */
  readonly region: string
  readonly signer: () => Promise<Signer>
}

/**
 * Creates the credential source that the properties select. If a role is configured, the source assumes this role
 * with the selected credentials.
 */
export function credentialSource(options: CredentialOptions, context: AwsContext): AwsSource {
  const kind = options.source === 'auto' ? inferKind(options) : options.source
  const base = baseSource(kind, options, context)
  const { roleArn } = options.role
  if (roleArn === undefined || kind === 'web-identity') return base
  return fromRole(
    base,
    resolveStsEndpoint(options, context),
    options.region,
    { ...options.role, roleArn },
    context,
    options.signer,
  )
}

/** Returns the kind of credential source for the property `credentials=auto`, which the other properties imply. */
function inferKind(options: CredentialOptions): CredentialOptions['source'] {
  if (options.accessKeyId !== undefined || options.secretAccessKey !== undefined) return 'static'
  if (options.webIdentity !== undefined || options.webIdentityTokenFile !== undefined) return 'web-identity'
  return options.profile === undefined ? 'auto' : 'profile'
}

function baseSource(
  kind: CredentialOptions['source'],
  options: CredentialOptions,
  context: AwsContext,
): AwsSource {
  switch (kind) {
    case 'static':
      return fromProperties(options)
    case 'environment':
      return fromEnvironment(context.env)
    case 'profile':
      return fromProfile(profileOptions(options), context)
    case 'web-identity':
      return webIdentity(options, context)
    case 'container':
      return fromContainer(context)
    case 'instance':
      return fromInstance(context)
    case 'sdk':
      return fromSdk(options.profile, `${options.prefix}.credentials`)
    case 'auto':
      break
  }
  return chain(
    fromEnvironment(context.env),
    fromProfile(profileOptions(options), context),
    webIdentity(options, context),
    fromContainer(context),
    fromInstance(context),
  )
}

function profileOptions({ profile, region, signer }: CredentialOptions): {
  profile?: string
  region: string
  signer: CredentialOptions['signer']
} {
  return { region, signer, ...(profile === undefined ? {} : { profile }) }
}

function fromProperties({
  prefix,
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: CredentialOptions): AwsSource {
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const property = `${prefix}.${accessKeyId === undefined ? 'access-key-id' : 'secret-access-key'}`
    throw new AuthError('configuration', `Set ${property}: static credentials need an id and a secret`, {
      property,
    })
  }
  const keys = {
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal().trim(),
    sessionToken: sessionToken?.reveal().trim(),
  }
  return async () => toAwsCredentials(keys, { obtainedBy: 'static', renewableBy: [] })
}

function webIdentity(options: CredentialOptions, context: AwsContext): AwsSource {
  const endpoint = resolveStsEndpoint(options, context)
  const configured = findTokenSource(options, context)
  if (configured !== undefined) return fromWebIdentity(configured, endpoint, options.role, context)
  return async (wait) => {
    const { file, role } = readWebIdentityVariables(context.env)
    const tokens = fileTokens(file, 'AWS_WEB_IDENTITY_TOKEN_FILE', context.now)
    return await fromWebIdentity(
      (inner) => tokens.get(inner),
      endpoint,
      { ...role, ...options.role },
      context,
    )(wait)
  }
}

function findTokenSource(options: CredentialOptions, context: AwsContext): Source<Token> | undefined {
  const { webIdentity: provider, webIdentityTokenFile: file, prefix } = options
  if (provider !== undefined) {
    const token = provider.token?.bind(provider)
    if (token !== undefined) return token
    const property = `${prefix}.web-identity-auth-type`
    throw new AuthError(
      'configuration',
      `${property} names a provider without a token: name a provider whose token can assume a role`,
      { property },
    )
  }
  if (file === undefined) return undefined
  const tokens = fileTokens(file, `${prefix}.web-identity-token-file`, context.now)
  return (wait) => tokens.get(wait)
}

function resolveStsEndpoint(options: CredentialOptions, context: AwsContext): string {
  return options.stsEndpoint ?? stsEndpoint(options.region, context.env)
}
