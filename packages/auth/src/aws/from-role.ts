import { generalRules } from '@headgate/sigv4/web'
import type { Signer } from '../signing/signer.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { requestStsCredentials, stsForm } from './sts.ts'
import { toSessionName, type RoleOptions } from './web-identity.ts'

/** Creates a source that assumes a role (`AssumeRole` of AWS STS) with the credentials of another source. */
export function fromRole(
  base: AwsSource,
  endpoint: string,
  region: string,
  role: RoleOptions & { readonly roleArn: string },
  context: AwsContext,
  signer: () => Promise<Signer>,
): AwsSource {
  return async (wait = {}) => {
    const { roleArn } = role
    const credentials = await base(wait)
    const body = stsForm('AssumeRole', {
      RoleArn: roleArn,
      RoleSessionName: role.sessionName ?? toSessionName(undefined),
      ExternalId: role.externalId,
      DurationSeconds: role.durationSeconds?.toString(),
    })
    const url = new URL(endpoint)
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const
    const { sign, sha256Hex } = await signer()
    const signature = await sign(
      { method: 'POST', target: `${url.pathname}${url.search}`, headers: [...headers, ['host', url.host]] },
      {
        credentials: {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey.reveal(),
          ...(credentials.sessionToken === undefined
            ? {}
            : { sessionToken: credentials.sessionToken.reveal() }),
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
    return await requestStsCredentials(
      context,
      { url: url.href, headers: [...headers, ...signature], body },
      provenance,
      wait.signal,
    )
  }
}
