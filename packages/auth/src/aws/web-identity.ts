import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'
import { jwtParty } from '../token-expiry.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { askSts, stsForm } from './sts.ts'

/** Which role, and as what. */
export interface RoleOptions {
  /** MinIO and others know a role by the token alone. */
  readonly roleArn?: string
  readonly sessionName?: string
  readonly externalId?: string
  readonly durationSeconds?: number
}

/**
 * Credentials for a token of an identity provider (`AssumeRoleWithWebIdentity`). With the user's own token it is the
 * user whom AWS sees: in session tags, in its audit log, in policies.
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
      RoleSessionName: role.sessionName ?? sessionNameOf(who?.subject),
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
    return await askSts(context, { url: endpoint, headers, body }, from, wait.signal)
  }
}

/** What AWS takes as the name of a session: the subject, as far as its characters allow it. */
export function sessionNameOf(subject: string | undefined): string {
  const name = (subject ?? '').replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64)
  return name.length >= 2 ? name : 'headgate'
}

/** The token in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, as Kubernetes and CI systems set it. */
export function webIdentityVariables(env: AwsContext['env']): { file: string; role: RoleOptions } {
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE']
  const roleArn = env['AWS_ROLE_ARN']
  if (!file || !roleArn) {
    throw new AuthError('not-here', 'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set')
  }
  const sessionName = env['AWS_ROLE_SESSION_NAME']
  return { file, role: { roleArn, ...(sessionName ? { sessionName } : {}) } }
}
