import type { WaitOptions } from '@headgate/http'
import { isAuthError } from '../auth-error.ts'
import type { GoogleContext } from './google-request.ts'
import { authorizedUser } from './authorized-user.ts'
import { readCredential, type GoogleCredential } from './credential-file.ts'
import { federated } from './federation.ts'
import type { GoogleSource } from './google-source.ts'
import { impersonated } from './impersonation.ts'
import { metadataServer } from './metadata-server.ts'
import { serviceAccount } from './service-account.ts'
import { subjectToken } from './subject-token.ts'
import { readTextFile } from '../needs-node.ts'

/** Creates the source of Google tokens for the credentials in a credential file. */
export function fromCredential(
  credential: GoogleCredential,
  property: string,
  context: GoogleContext,
): GoogleSource {
  switch (credential.type) {
    case 'service_account':
      return serviceAccount(credential, property, context)
    case 'authorized_user':
    case 'external_account_authorized_user':
      return authorizedUser(credential, context)
    case 'external_account': {
      const { impersonationUrl: url, lifetimeSeconds } = credential
      const source = federated(
        subjectToken(credential, property, context),
        { ...credential, impersonates: url !== undefined },
        context,
      )
      return url === undefined
        ? source
        : impersonated(source, { url, delegates: undefined, lifetimeSeconds }, context)
    }
    case 'impersonated_service_account':
      break
  }
  const { impersonationUrl: url, delegates } = credential
  const source = fromCredential(credential.source, property, context)
  return impersonated(source, { url, delegates, lifetimeSeconds: 3_600 }, context)
}

/**
 * Finds the Application Default Credentials: the file that the environment names, the file that `gcloud` writes, or the
 * metadata server of the machine.
 *
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export async function defaultCredentials(context: GoogleContext, wait: WaitOptions): Promise<GoogleSource> {
  const { env } = context
  const configured = env['GOOGLE_APPLICATION_CREDENTIALS']
  if (configured) return await fromFile(configured, 'GOOGLE_APPLICATION_CREDENTIALS', context, wait)
  const folder = findGcloudFolder(env)
  if (folder !== undefined) {
    try {
      const path = `${folder}/application_default_credentials.json`
      return await fromFile(path, 'gcloud', context, wait)
    } catch (error) {
      // The search continues only if the file is missing. An unreadable or invalid file is an error, so that other
      // credentials do not silently replace the credentials in the file.
      const cause = isAuthError(error) && error.cause instanceof Error ? error.cause : undefined
      const code = cause !== undefined && 'code' in cause ? cause.code : undefined
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    }
  }
  return metadataServer(context)
}

export async function fromFile(
  path: string,
  property: string,
  context: GoogleContext,
  wait: WaitOptions = {},
): Promise<GoogleSource> {
  return fromCredential(readCredential(await readTextFile(path, property, wait), property), property, context)
}

function findGcloudFolder(env: GoogleContext['env']): string | undefined {
  if (env['CLOUDSDK_CONFIG']) return env['CLOUDSDK_CONFIG']
  if (env['APPDATA']) return `${env['APPDATA']}/gcloud`
  return env['HOME'] ? `${env['HOME']}/.config/gcloud` : undefined
}
