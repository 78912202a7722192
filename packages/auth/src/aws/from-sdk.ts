import { AuthError } from '../auth-error.ts'
import { toAwsCredentials, type AwsSource } from './aws-credentials.ts'

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

/**
 * Creates a source that calls the credential chain of the AWS SDK, which also supports other kinds of credentials,
 * such as IAM Identity Center. The SDK is an optional package.
 *
 * @param property property that selects this source, for messages
 */
export function fromSdk(profile: string | undefined, property: string): AwsSource {
  let provider: (() => Promise<SdkIdentity>) | undefined
  return async () => {
    provider ??= (await load(property)).defaultProvider(profile === undefined ? {} : { profile })
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider()
      const keys = { accessKeyId, secretAccessKey, sessionToken, expiresAt: expiration?.getTime() }
      return toAwsCredentials(keys, { obtainedBy: 'sdk', renewableBy: ['sdk'] })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new AuthError('not-here', `the AWS SDK found no credentials: ${why}`, { cause })
    }
  }
}

async function load(property: string): Promise<SdkModule> {
  try {
    // The package name is a variable, because bundlers resolve literal names and would fail when the optional package
    // is not installed.
    const name: string = PACKAGE
    return (await import(name)) as SdkModule
  } catch (cause) {
    throw new AuthError(
      'not-installed',
      `${property}=sdk needs an optional package: npm install ${PACKAGE}`,
      { property, cause },
    )
  }
}
