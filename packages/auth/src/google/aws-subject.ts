import { EMPTY_SHA256, generalRules } from '@headgate/sigv4/web'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { credentialSource } from '../aws/credential-source.ts'
import { instanceRegion } from '../aws/from-instance.ts'
import { v4Signer } from '../signing/signer.ts'
import type { GoogleContext } from './ask-google.ts'

/**
 * A workload in AWS shows Google a signed request to STS, GetCallerIdentity, which Google sends to see who it is
 * (Workload Identity Federation with AWS). Its keys come from the same places as those of `sigv4`.
 *
 * @param audience The provider in the pool; it is signed, so that nobody can show the request to another one.
 * @returns The request as Google's STS reads it: JSON, percent-encoded.
 */
export async function awsSubject(
  verificationUrl: string,
  audience: string,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  const { env, now } = context
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await instanceRegion(context, wait))
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw new AuthError('configuration', `${property}: the region of AWS is no name of one: set AWS_REGION`, {
      property,
    })
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
  const given: [string, string][] = [
    ['host', url.host],
    ['x-goog-cloud-target-resource', audience],
  ]
  const added = await signer.sign(
    { method: 'POST', target: `${url.pathname}${url.search}`, headers: given },
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
  const headers = [...given, ...added].map(([key, value]) => ({ key, value }))
  return encodeURIComponent(JSON.stringify({ url: url.href, method: 'POST', headers }))
}
