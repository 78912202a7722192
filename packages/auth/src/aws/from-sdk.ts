import { AuthError } from '../auth-error.ts'
import { awsCredentials, type AwsSource } from './aws-credentials.ts'

const PACKAGE = '@aws-sdk/credential-provider-node'

interface SdkIdentity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

interface SdkModule {
  readonly defaultProvider: (options: { profile?: string }) => () => Promise<SdkIdentity>
}

/** The chain of Amazon's own SDK, which knows IAM Identity Center and more: an optional package. */
export function fromSdk(profile: string | undefined, property: string): AwsSource {
  let provider: (() => Promise<SdkIdentity>) | undefined
  return async () => {
    provider ??= (await load(property)).defaultProvider(profile === undefined ? {} : { profile })
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider()
      const keys = { accessKeyId, secretAccessKey, sessionToken, expiresAt: expiration?.getTime() }
      return awsCredentials(keys, { obtainedBy: 'sdk', renewableBy: ['sdk'] })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new AuthError('not-here', `the AWS SDK found no credentials: ${why}`, { cause })
    }
  }
}

async function load(property: string): Promise<SdkModule> {
  try {
    // Not written as a literal, so that bundlers do not ask for it.
    const name: string = PACKAGE
    return (await import(name)) as SdkModule
  } catch (cause) {
    throw new AuthError('not-installed', `${property}=sdk needs a package: npm install ${PACKAGE}`, {
      property,
      cause,
    })
  }
}
