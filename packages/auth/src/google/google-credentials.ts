import { AuthError, isAuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import type { WaitOptions } from '../auth-provider.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { whoOf } from '../token-expiry.ts'
import type { Token } from '../token.ts'
import { askGoogle, type GoogleContext } from './ask-google.ts'
import { authorizedUser } from './authorized-user.ts'
import { readCredential, type GoogleCredential, type SubjectPlace } from './credential-file.ts'
import { federated } from './federation.ts'
import type { GoogleSource } from './google-source.ts'
import { impersonated } from './impersonation.ts'
import { metadataServer } from './metadata-server.ts'
import { serviceAccount } from './service-account.ts'

/** What credentials in a file give. */
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
        placedToken(credential.subject, property, context),
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
 * Application Default Credentials: the file that the environment names, the file that `gcloud` writes, the machine.
 *
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export async function defaultCredentials(context: GoogleContext, wait: WaitOptions): Promise<GoogleSource> {
  const { env } = context
  const named = env['GOOGLE_APPLICATION_CREDENTIALS']
  if (named) return await fromFile(named, 'GOOGLE_APPLICATION_CREDENTIALS', context, wait)
  const folder = gcloudFolder(env)
  if (folder !== undefined) {
    try {
      const path = `${folder}/application_default_credentials.json`
      return await fromFile(path, 'gcloud', context, wait)
    } catch (error) {
      // A file that is there and broken is told; one that is not there is no mistake.
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
  const { readTextFile } = await import('../node/read-text-file.ts')
  return fromCredential(readCredential(await readTextFile(path, property, wait), property), property, context)
}

function gcloudFolder(env: GoogleContext['env']): string | undefined {
  if (env['CLOUDSDK_CONFIG']) return env['CLOUDSDK_CONFIG']
  if (env['APPDATA']) return `${env['APPDATA']}/gcloud`
  return env['HOME'] ? `${env['HOME']}/.config/gcloud` : undefined
}

/** The token of another issuer, read anew each time: those who write it renew it. */
function placedToken(place: SubjectPlace, property: string, context: GoogleContext): Source<Token> {
  return async (wait = {}) => {
    const text = await placedText(place, property, context, wait)
    const value = checkToken(
      (place.member === undefined ? text : memberOf(text, place.member)).trim(),
      property,
    )
    return {
      value: new Secret(value),
      provenance: { ...whoOf(value), obtainedBy: 'file', renewableBy: ['file'] },
    }
  }
}

async function placedText(
  { file, url, headers }: SubjectPlace,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  if (url !== undefined) {
    return (await askGoogle({ url, headers, grant: 'the token of the workload' }, context, wait)).text
  }
  const { readTextFile } = await import('../node/read-text-file.ts')
  return await readTextFile(file ?? '', `${property} (credential_source.file)`, wait)
}

function memberOf(text: string, name: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const entry = Object.entries(typeof value === 'object' && value !== null ? value : {}).find(
      ([key]) => key === name,
    )
    if (typeof entry?.[1] === 'string') return entry[1]
  } catch {
    // Told below, without the text.
  }
  throw new AuthError('malformed', `The token of the workload is not in a member ${name} of a JSON object`)
}
