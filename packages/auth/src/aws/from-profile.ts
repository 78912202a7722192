import { AuthError, isAuthError } from '../auth-error.ts'
import { fileTokens } from '../file-tokens.ts'
import type { Signer } from '../signing/signer.ts'
import { toAwsCredentials, type AwsContext, type AwsCredentials, type AwsSource } from './aws-credentials.ts'
import { fromContainer } from './from-container.ts'
import { fromEnvironment } from './from-environment.ts'
import { fromInstance } from './from-instance.ts'
import { fromRole } from './from-role.ts'
import { parseJsonCredentials } from './json-credentials.ts'
import { mergeProfiles, type Profile } from './profiles.ts'
import { stsEndpoint } from './sts.ts'
import { fromWebIdentity, type RoleOptions } from './web-identity.ts'
import { readTextFile, runCommand } from '../needs-node.ts'

/** Maximum number of profiles that reference each other with `source_profile`. The limit also ends cycles. */
const MAX_DEPTH = 5

const provenance = { obtainedBy: 'profile', renewableBy: ['profile'] }

export interface ProfileOptions {
  /** Name of the profile. Default: the value of `AWS_PROFILE`, or `default`. */
  readonly profile?: string
  readonly region: string
  readonly signer: () => Promise<Signer>
}

/** Creates a source for a profile in `~/.aws/credentials` and `~/.aws/config`: keys, a process, or a role. */
export function fromProfile(options: ProfileOptions, context: AwsContext): AwsSource {
  return async (wait = {}) => {
    const profiles = await readProfiles(context)
    const configured = options.profile ?? context.env['AWS_PROFILE']
    const name = configured ?? 'default'
    if (!profiles.has(name)) {
      const reason = configured === undefined ? 'not-here' : 'configuration'
      throw new AuthError(reason, `the AWS credentials and configuration files have no profile ${name}`)
    }
    return await resolveSource(name, profiles, options, context, 0)(wait)
  }
}

/** Returns the region of a profile, or undefined if it has none. */
export async function readProfileRegion(
  profile: string | undefined,
  context: AwsContext,
): Promise<string | undefined> {
  const profiles = await readProfiles(context)
  return profiles.get(profile ?? context.env['AWS_PROFILE'] ?? 'default')?.get('region')
}

function resolveSource(
  name: string,
  profiles: ReadonlyMap<string, Profile>,
  options: ProfileOptions,
  context: AwsContext,
  depth: number,
): AwsSource {
  const profile = profiles.get(name)
  if (profile === undefined)
    throw profileError(name, 'a source_profile names this profile, but the profile does not exist')
  if (depth > MAX_DEPTH) {
    throw profileError(
      name,
      `the chain of source_profile settings is a cycle, or has more than ${MAX_DEPTH} steps`,
    )
  }
  const roleArn = profile.get('role_arn')
  if (roleArn !== undefined && (depth === 0 || !profile.has('aws_access_key_id'))) {
    const role: RoleOptions & { readonly roleArn: string } = {
      roleArn,
      ...optional('sessionName', profile.get('role_session_name')),
      ...optional('externalId', profile.get('external_id')),
      ...optional('durationSeconds', parseSeconds(profile.get('duration_seconds'))),
    }
    const region = profile.get('region') ?? options.region
    const endpoint = stsEndpoint(region, context.env)
    const tokenFile = profile.get('web_identity_token_file')
    if (tokenFile !== undefined) {
      const tokens = fileTokens(tokenFile, `web_identity_token_file of profile ${name}`, context.now)
      return fromWebIdentity((wait) => tokens.get(wait), endpoint, role, context)
    }
    const base = resolveBase(name, profile, profiles, options, context, depth)
    return fromRole(base, endpoint, region, role, context, options.signer)
  }
  const accessKeyId = profile.get('aws_access_key_id')
  const secretAccessKey = profile.get('aws_secret_access_key')
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const keys = { accessKeyId, secretAccessKey, sessionToken: profile.get('aws_session_token') }
    return async () => toAwsCredentials(keys, provenance)
  }
  const process = profile.get('credential_process')
  if (process !== undefined) return fromProcess(process, name)
  const usesSso = [...profile.keys()].some((key) => key.startsWith('sso_'))
  if (usesSso) {
    throw profileError(
      name,
      'the profile uses IAM Identity Center: set credentials=sdk and install @aws-sdk/credential-provider-node',
    )
  }
  return async () => {
    throw new AuthError('not-here', `the profile ${name} has no credentials`)
  }
}

/** Returns the source of the credentials that assume the role of a profile. */
function resolveBase(
  name: string,
  profile: Profile,
  profiles: ReadonlyMap<string, Profile>,
  options: ProfileOptions,
  context: AwsContext,
  depth: number,
): AwsSource {
  const source = profile.get('source_profile')
  if (source !== undefined) return resolveSource(source, profiles, options, context, depth + 1)
  switch (profile.get('credential_source')) {
    case 'Environment':
      return fromEnvironment(context.env)
    case 'EcsContainer':
      return fromContainer(context)
    case 'Ec2InstanceMetadata':
      return fromInstance(context)
    default:
      throw profileError(
        name,
        'a role_arn needs source_profile, credential_source or web_identity_token_file',
      )
  }
}

/** Creates a source that runs the program in `credential_process` and reads the credentials that it prints. */
function fromProcess(line: string, profile: string): AwsSource {
  const from = `credential_process of profile ${profile}`
  return async (wait): Promise<AwsCredentials> => {
    return parseJsonCredentials(await runCommand(line, from, wait), from, {
      obtainedBy: 'credential-process',
      renewableBy: ['credential-process'],
    })
  }
}

async function readProfiles({ env }: AwsContext): Promise<ReadonlyMap<string, Profile>> {
  const [credentials, config] = await Promise.all([
    readOptional(env['AWS_SHARED_CREDENTIALS_FILE'] ?? home(env, 'credentials')),
    readOptional(env['AWS_CONFIG_FILE'] ?? home(env, 'config')),
  ])
  return mergeProfiles(credentials, config)
}

function home(env: AwsContext['env'], file: string): string {
  return `${env['HOME'] ?? env['USERPROFILE'] ?? '.'}/.aws/${file}`
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readTextFile(path, path)
  } catch (error) {
    // A missing file is not an error, because most machines have only one of the two files, or neither.
    if (isAuthError(error, 'configuration')) return ''
    throw error
  }
}

function optional<N extends string, V>(name: N, value: V | undefined): { readonly [K in N]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in N]: V })
}

function parseSeconds(text: string | undefined): number | undefined {
  return text === undefined || !/^\d{1,6}$/.test(text) ? undefined : Number(text)
}

function profileError(profile: string, why: string): AuthError {
  return new AuthError('configuration', `The AWS profile ${profile} cannot be used: ${why}`)
}
