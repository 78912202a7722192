import { EMPTY_SHA256, generalRules } from '@headgate/sigv4/web'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { credentialSource } from '../aws/credential-source.ts'
import { readInstanceRegion } from '../aws/from-instance.ts'
import { v4Signer } from '../signing/signer.ts'
import type { GoogleContext } from './google-request.ts'

/**
 * Creates the subject token of a workload in AWS: a signed GetCallerIdentity request to AWS STS. Google sends the
 * request to identify the workload (Workload Identity Federation with AWS). The credentials come from the sources that
 * the provider `sigv4` uses.
 *
 * @param audience provider in the identity pool. It is signed, so that no other provider accepts the request
 * @returns request in the form that Google's STS requires: percent-encoded JSON
 */
export async function createAwsSubject(
  verificationUrl: string,
  audience: string,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  const { env, now } = context
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await readInstanceRegion(context, wait))
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw new AuthError(
      'configuration',
      `${property}: the AWS region is not valid: set AWS_REGION to a name such as eu-central-1`,
      { property },
    )
  }
  const keys = await credentialSource(
    {
      prefix: 'rest.auth.sigv4',
      source: 'auto',
      accessKeyId: undefined,
      secretAccessKey: undefined,
      sessionToken: undefined,
      profile: undefined,
      role: {},
      webIdentityTokenFile: undefined,
      webIdentity: undefined,
      stsEndpoint: undefined,
      region,
      signer: v4Signer,
    },
    context,
  )(wait)
  const url = new URL(verificationUrl.replace('{region}', region))
  const signer = await v4Signer()
  const signedHeaders: [string, string][] = [
    ['host', url.host],
    ['x-goog-cloud-target-resource', audience],
  ]
  const signature = await signer.sign(
    { method: 'POST', target: `${url.pathname}${url.search}`, headers: signedHeaders },
    {
      credentials: {
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey.reveal(),
        ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken.reveal() }),
      },
      region,
      service: 'sts',
      date: new Date(now()),
      rules: generalRules,
      payloadHash: EMPTY_SHA256,
      payloadHeader: false,
      unsignedHeaders: [],
    },
  )
  const headers = [...signedHeaders, ...signature].map(([key, value]) => ({ key, value }))
  return encodeURIComponent(JSON.stringify({ url: url.href, method: 'POST', headers }))
}
