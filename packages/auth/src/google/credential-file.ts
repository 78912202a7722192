import { AuthError } from '../auth-error.ts'
import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { Secret } from '../secret.ts'
import { memberOf, stringOf } from './json-members.ts'
import { subjectPlace, type SubjectPlace } from './subject-place.ts'

interface Common {
  readonly quotaProject: string | undefined
  readonly universe: string
}

/** A file of credentials as Google's tools write it. */
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
        subject: SubjectPlace
      }
    | {
        type: 'impersonated_service_account'
        impersonationUrl: string
        delegates: readonly string[]
        source: GoogleCredential
      }
  )

/** Files may name each other this deep. */
const MAX_DEPTH = 3

/**
 * Reads a file of credentials. Addresses in it must have https: whoever writes the file chooses where tokens go.
 *
 * @param property What names it, for messages; nothing of what stands in it is told.
 */
export function readCredential(text: string, property: string, depth = 0): GoogleCredential {
  const given = parse(text, property)
  const needed = (name: string): string => stringOf(given, name) ?? missing(property, name)
  const https = (name: string, otherwise?: string): string =>
    endpointUrl(stringOf(given, name) ?? otherwise ?? missing(property, name), `${property} (${name})`).href
  const universe = stringOf(given, 'universe_domain') ?? 'googleapis.com'
  const common = { quotaProject: stringOf(given, 'quota_project_id'), universe }
  const type = needed('type')
  switch (type) {
    case 'service_account':
      return {
        ...common,
        type,
        email: needed('client_email'),
        privateKey: new Secret(needed('private_key')),
        keyId: stringOf(given, 'private_key_id'),
        tokenUri: https('token_uri', `https://oauth2.${universe}/token`),
      }
    case 'authorized_user':
    case 'external_account_authorized_user':
      return {
        ...common,
        type,
        clientId: needed('client_id'),
        clientSecret: new Secret(needed('client_secret')),
        refreshToken: new Secret(needed('refresh_token')),
        tokenUri:
          type === 'authorized_user'
            ? https('token_uri', `https://oauth2.${universe}/token`)
            : https('token_url', `https://sts.${universe}/v1/oauthtoken`),
      }
    case 'external_account': {
      const id = stringOf(given, 'client_id')
      const secret = stringOf(given, 'client_secret')
      const lifetime = memberOf(given, 'service_account_impersonation')['token_lifetime_seconds']
      return {
        ...common,
        type,
        audience: needed('audience'),
        subjectTokenType: needed('subject_token_type'),
        tokenUrl: https('token_url', `https://sts.${universe}/v1/token`),
        impersonationUrl:
          stringOf(given, 'service_account_impersonation_url') === undefined
            ? undefined
            : https('service_account_impersonation_url').replace(/:generateAccessToken$/, ''),
        lifetimeSeconds: typeof lifetime === 'number' ? lifetime : 3_600,
        userProject: stringOf(given, 'workforce_pool_user_project'),
        client: id === undefined || secret === undefined ? undefined : { id, secret },
        subject: subjectPlace(memberOf(given, 'credential_source'), property),
      }
    }
    case 'impersonated_service_account': {
      if (depth >= MAX_DEPTH) throw wrong(property, 'names credentials within credentials too deep')
      const { delegates } = given
      return {
        ...common,
        type,
        impersonationUrl: https('service_account_impersonation_url').replace(/:generateAccessToken$/, ''),
        delegates: Array.isArray(delegates) ? delegates.filter((each) => typeof each === 'string') : [],
        source: readCredential(JSON.stringify(memberOf(given, 'source_credentials')), property, depth + 1),
      }
    }
    default:
      throw wrong(
        property,
        `holds credentials of type ${JSON.stringify(type.slice(0, 50))}, which are not known`,
      )
  }
}

function parse(text: string, property: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Told below, without the text.
  }
  throw wrong(property, 'is no JSON object')
}

function missing(property: string, name: string): never {
  throw wrong(property, `lacks ${name}: get a new one, for example by gcloud auth application-default login`)
}

function wrong(property: string, why: string): AuthError {
  return new AuthError('configuration', `The credentials of ${property} are of no use: it ${why}`, {
    property,
  })
}
