import { AuthError } from '../auth-error.ts'
import type { Signer } from '../signing/signer.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { askSts, stsForm } from './sts.ts'
import { sessionNameOf, type RoleOptions } from './web-identity.ts'

/** Credentials of a role, for other credentials (`AssumeRole`). */
export function fromRole(
  base: AwsSource,
  endpoint: string,
  region: string,
  role: RoleOptions,
  context: AwsContext,
  signer: () => Promise<Signer>,
): AwsSource {
  return async (wait = {}) => {
    const { roleArn } = role
    if (roleArn === undefined) throw new AuthError('configuration', 'A role is needed to assume it')
    const own = await base(wait)
    const body = stsForm('AssumeRole', {
      RoleArn: roleArn,
      RoleSessionName: role.sessionName ?? sessionNameOf(undefined),
      ExternalId: role.externalId,
      DurationSeconds: role.durationSeconds?.toString(),
    })
    const url = new URL(endpoint)
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const
    const { sign, sha256Hex } = await signer()
    const { generalRules } = await import('@headgate/sigv4/web')
    const signature = await sign(
      { method: 'POST', target: `${url.pathname}${url.search}`, headers: [...headers, ['host', url.host]] },
      {
        credentials: {
          accessKeyId: own.accessKeyId,
          secretAccessKey: own.secretAccessKey.reveal(),
          ...(own.sessionToken === undefined ? {} : { sessionToken: own.sessionToken.reveal() }),
        },
        region,
        service: 'sts',
        date: new Date(context.now()),
        rules: generalRules,
        payloadHash: await sha256Hex(new TextEncoder().encode(body)),
        payloadHeader: false,
        unsignedHeaders: [],
      },
    )
    const provenance = { target: roleArn, obtainedBy: 'assume-role', renewableBy: ['assume-role'] }
    return await askSts(
      context,
      { url: url.href, headers: [...headers, ...signature], body },
      provenance,
      wait.signal,
    )
  }
}
