import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeResponse, toObject } from '../http/describe-response.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { findExpiry, hasKeys, type CredentialOffer } from './credential-offer.ts'
import { addConfigSecrets } from './table-secrets.ts'

type Config = Readonly<Record<string, string>>

/** Result of a renewal of keys: the new credentials, or the problem that prevented the renewal. */
export type Renewal =
  | { readonly configs: readonly Config[]; readonly problem?: never }
  | { readonly configs?: never; readonly problem: Diagnosis }

/** Checks whether the response of `loadTable` contains the properties with which an engine renews keys. */
export function judgeRenewal(
  { traits, settings }: DoctorContext,
  offer: CredentialOffer,
): readonly Diagnosis[] {
  const isTemporary = offer.keys === undefined || offer.keys.sessionToken !== undefined
  if (offer.mode !== 'keys' || !isTemporary || traits.renewsKeys !== 'endpoint') return []
  if (offer.refreshEndpoint === undefined) {
    const end =
      offer.expiresAt === undefined ? 'at an unknown time' : `at ${new Date(offer.expiresAt).toISOString()}`
    return [
      warning('renewal-endpoint-missing', {
        evidence: `The keys end ${end}, and the response contains no endpoint that renews them (client.refresh-credentials-endpoint). Jobs of ${traits.label} end with the keys.`,
        remedy:
          'Let the catalog send client.refresh-credentials-endpoint with the keys, or give the keys a longer lifetime than the longest job.',
        report: reports.keysExpire,
      }),
    ]
  }
  const isJava = settings.engine === 'spark' || settings.engine === 'flink'
  const isRelative = !/^https?:\/\//i.test(offer.refreshEndpoint)
  if (!isJava || !isRelative || offer.properties['credentials.uri'] !== undefined) return []
  return [
    warning('credentials-uri-missing', {
      evidence:
        'The refresh endpoint is a relative path, and the response has no credentials.uri. The scheduled renewal of Iceberg 1.11 fails with “Invalid credentials endpoint: null”.',
      remedy:
        'Let the catalog also send credentials.uri, with the absolute URL of the refresh endpoint, or use Iceberg 1.12 or later.',
      report: reports.credentialsUri,
    }),
  ]
}

/**
 * Requests new keys at the refresh endpoint. Returns null if the response of `loadTable` contains no refresh endpoint.
 */
export async function renewKeys(context: DoctorContext, offer: CredentialOffer): Promise<Renewal | null> {
  const { settings, learned } = context
  if (offer.refreshEndpoint === undefined) return null
  const url = URL.parse(offer.refreshEndpoint.replace(/^\//, ''), `${settings.uri}/`)
  if (url === null || url.origin !== new URL(settings.uri).origin)
    return { problem: foreignEndpoint(context, url) }
  const response = await rawRequest(context, { method: 'GET', url: url.href, auth: learned.auth })
  if (response.status >= 300) return { problem: renewalRefused(response) }
  const configs = readConfigs(response)
  for (const config of configs) addConfigSecrets(context.redactor, config)
  const problem = judgeConfigs(context, configs)
  return problem === null ? { configs } : { problem }
}

/**
 * Returns the diagnosis for a refresh endpoint on another host. Clients would send their token for the catalog to that
 * host.
 */
function foreignEndpoint({ settings }: DoctorContext, url: URL | null): Diagnosis {
  return failed('renewal-endpoint-foreign', {
    evidence: `The refresh endpoint is at ${url?.origin ?? 'an invalid URL'}, and the catalog at ${new URL(settings.uri).origin}. Engines would send their token there; the doctor did not.`,
    remedy: `Configure the public URL of the catalog, so that its responses contain the address in ${settings.names.uri}.`,
  })
}

function renewalRefused(response: RawResponse): Diagnosis {
  return failed('renewal-refused', {
    evidence: `The catalog refuses to renew the keys it has just issued: ${describeResponse(response)}.`,
    remedy:
      'Let every proxy forward the path and the query of the refresh endpoint unchanged, and let the identity call it (loadCredentials).',
    report: reports.keysExpire,
  })
}

function readConfigs({ json }: RawResponse): readonly Config[] {
  const list = toObject(json)['storage-credentials']
  if (!Array.isArray(list)) return []
  return list
    .map((item) => toObject(toObject(item)['config']))
    .map((config) =>
      Object.fromEntries(
        Object.entries(config).flatMap(([name, value]) =>
          typeof value === 'string' ? [[name, value] as const] : [],
        ),
      ),
    )
    .filter(hasKeys)
}

function judgeConfigs({ traits }: DoctorContext, configs: readonly Config[]): Diagnosis | null {
  const needsOne = traits.renewsKeys === 'endpoint'
  if (configs.length === 0 || (configs.length > 1 && needsOne)) {
    return failed('renewal-count', {
      evidence: `The refresh endpoint returns ${configs.length} credentials with keys. ${traits.label} needs exactly one for the kind of storage.`,
      remedy: 'Let the catalog return one credential, for the prefix that is renewed.',
    })
  }
  const ended = configs.map(findExpiry).find((end) => end !== undefined && end < Date.now())
  if (ended === undefined) return null
  return failed('renewal-expired', {
    evidence: `The refresh endpoint returns keys that expired at ${new Date(ended).toISOString()}.`,
    remedy: 'The catalog caches keys for too long, or its clock is wrong.',
  })
}
