import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { Secret } from '../secret.ts'
import { credentialError } from './credential-error.ts'
import { findObject, findString } from './json-members.ts'
import { parseSubjectSource, type SubjectSource } from './subject-source.ts'

interface Common {
  readonly quotaProject: string | undefined
  readonly universe: string
}

/** Content of a credential file that Google's tools write. */
export type GoogleCredential = Common &
  (
    | {
        type: 'service_account'
        email: string
        privateKey: Secret
        keyId: string | undefined
        tokenUri: string
      }
    | {
        type: 'authorized_user' | 'external_account_authorized_user'
        clientId: string
        clientSecret: Secret
        refreshToken: Secret
        tokenUri: string
      }
    | {
        type: 'external_account'
        audience: string
        subjectTokenType: string
        tokenUrl: string
        impersonationUrl: string | undefined
        lifetimeSeconds: number
        userProject: string | undefined
        client: { id: string; secret: string } | undefined
        subject: SubjectSource
      }
    | {
        type: 'impersonated_service_account'
        impersonationUrl: string
        delegates: readonly string[]
        source: GoogleCredential
      }
  )

/** Maximum depth of nested `source_credentials`. */
const MAX_DEPTH = 3

/**
 * Parses a credential file. The URLs in the file must use https, because tokens are sent to them.
 *
 * @param property property or variable that names the file, for messages
 * @throws AuthError `configuration`. The message contains no secret of the file
 */
export function readCredential(text: string, property: string, depth = 0): GoogleCredential {
  const file = parseObject(text, property)
  const required = (name: string): string => findString(file, name) ?? refuseMissing(property, name)
  const httpsUrl = (name: string, defaultUrl?: string): string =>
    endpointUrl(
      findString(file, name) ?? defaultUrl ?? refuseMissing(property, name),
      `${property} (${name})`,
    ).href
  const universe = findString(file, 'universe_domain') ?? 'googleapis.com'
  const common = { quotaProject: findString(file, 'quota_project_id'), universe }
  const type = required('type')
  switch (type) {
    case 'service_account':
      return {
        ...common,
        type,
        email: required('client_email'),
        privateKey: new Secret(required('private_key')),
        keyId: findString(file, 'private_key_id'),
        tokenUri: httpsUrl('token_uri', `https://oauth2.${universe}/token`),
      }
    case 'authorized_user':
    case 'external_account_authorized_user':
      return {
        ...common,
        type,
        clientId: required('client_id'),
        clientSecret: new Secret(required('client_secret')),
        refreshToken: new Secret(required('refresh_token')),
        tokenUri:
          type === 'authorized_user'
            ? httpsUrl('token_uri', `https://oauth2.${universe}/token`)
            : httpsUrl('token_url', `https://sts.${universe}/v1/oauthtoken`),
      }
    case 'external_account': {
      const id = findString(file, 'client_id')
      const secret = findString(file, 'client_secret')
      const lifetime = findObject(file, 'service_account_impersonation')['token_lifetime_seconds']
      return {
        ...common,
        type,
        audience: required('audience'),
        subjectTokenType: required('subject_token_type'),
        tokenUrl: httpsUrl('token_url', `https://sts.${universe}/v1/token`),
        impersonationUrl:
          findString(file, 'service_account_impersonation_url') === undefined
            ? undefined
            : httpsUrl('service_account_impersonation_url').replace(/:generateAccessToken$/, ''),
        lifetimeSeconds: typeof lifetime === 'number' ? lifetime : 3_600,
        userProject: findString(file, 'workforce_pool_user_project'),
        client: id === undefined || secret === undefined ? undefined : { id, secret },
        subject: parseSubjectSource(findObject(file, 'credential_source'), property),
      }
    }
    case 'impersonated_service_account': {
      if (depth >= MAX_DEPTH) throw credentialError(property, 'source_credentials are nested too deep')
      const { delegates } = file
      return {
        ...common,
        type,
        impersonationUrl: httpsUrl('service_account_impersonation_url').replace(/:generateAccessToken$/, ''),
        delegates: Array.isArray(delegates) ? delegates.filter((each) => typeof each === 'string') : [],
        source: readCredential(JSON.stringify(findObject(file, 'source_credentials')), property, depth + 1),
      }
    }
    default:
      throw credentialError(property, `type ${JSON.stringify(type.slice(0, 50))} is not supported`)
  }
}

function parseObject(text: string, property: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // The error below does not contain the parsed text, because the text may contain secrets.
  }
  throw credentialError(property, 'the text is not a JSON object')
}

function refuseMissing(property: string, name: string): never {
  const fix = 'create a new file, for example with gcloud auth application-default login'
  throw credentialError(property, `${name} is missing: ${fix}`)
}
