import { AuthError } from '../auth-error.ts'
import { toAwsCredentials, type AwsSource, type Environment } from './aws-credentials.ts'

/** Creates a source that reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. */
export function fromEnvironment(env: Environment): AwsSource {
  return async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
    if (!accessKeyId || !secretAccessKey) {
      throw new AuthError('not-here', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set')
    }
    const keys = { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] }
    return toAwsCredentials(keys, { obtainedBy: 'environment', renewableBy: ['environment'] })
  }
}
