import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'
import { jwtParty } from '../token-expiry.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { requestStsCredentials, stsForm } from './sts.ts'

/** ARN of the role to assume, and parameters of the session in which it is assumed. */
export interface RoleOptions {
  /** ARN of the role. Undefined for services that derive the role from the token, such as MinIO. */
  readonly roleArn?: string
  readonly sessionName?: string
  readonly externalId?: string
  readonly durationSeconds?: number
}

/**
 * Creates a source that exchanges a token of an identity provider for credentials (`AssumeRoleWithWebIdentity`). With
 * the token of a user, the user appears in session tags, audit logs and policies of AWS.
 */
export function fromWebIdentity(
  token: Source<Token>,
  endpoint: string,
  role: RoleOptions,
  context: AwsContext,
): AwsSource {
  return async (wait = {}) => {
    const { value, provenance } = await token(wait)
    const who = provenance?.who ?? jwtParty(value.reveal())
    const body = stsForm('AssumeRoleWithWebIdentity', {
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName ?? toSessionName(who?.subject),
      WebIdentityToken: value.reveal(),
      DurationSeconds: role.durationSeconds?.toString(),
    })
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const
    const from: Provenance = {
      ...(who === undefined ? {} : { who }),
      ...(provenance?.actors === undefined ? {} : { actors: provenance.actors }),
      ...(role.roleArn === undefined ? {} : { target: role.roleArn }),
      obtainedBy: 'web-identity',
      renewableBy: ['web-identity'],
    }
    return await requestStsCredentials(context, { url: endpoint, headers, body }, from, wait.signal)
  }
}

/**
 * Converts a subject to the name of an AWS session: replaces characters that AWS refuses. Returns `headgate` if there
 * is no subject.
 */
export function toSessionName(subject: string | undefined): string {
  const name = (subject ?? '').replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64)
  return name.length >= 2 ? name : 'headgate'
}

/**
 * Reads the variables of a web identity, which Kubernetes and CI systems set.
 *
 * @returns path of the token file, and the role to assume
 * @throws AuthError `not-here` when they are not set
 */
export function readWebIdentityVariables(env: AwsContext['env']): { file: string; role: RoleOptions } {
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE']
  const roleArn = env['AWS_ROLE_ARN']
  if (!file || !roleArn) {
    throw new AuthError('not-here', 'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set')
  }
  const sessionName = env['AWS_ROLE_SESSION_NAME']
  return { file, role: { roleArn, ...(sessionName ? { sessionName } : {}) } }
}
