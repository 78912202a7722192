import { failed, type Diagnosis } from '../finding.ts'
import { describeResponse, readErrorBody } from '../http/describe-response.ts'
import type { RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { CatalogSettings } from '../catalog-settings.ts'

/** Service and region that the name of an AWS host contains, such as `glue` and `us-east-1`. */
interface AwsName {
  readonly service: string
  readonly region: string
}

/** Returns the signing name and the region that the name of an AWS host contains, or null for any other host. */
export function findAwsName(host: string): AwsName | null {
  const labels = host.toLowerCase().replace(/\.amazonaws\.com(\.cn)?$/, '')
  if (labels === host.toLowerCase()) return null
  const parts = labels.replace(/\.vpce$/, '').split('.')
  const region = parts.at(-1)
  const service = parts.at(-2)
  return region === undefined || service === undefined ? null : { service, region }
}

/** Returns whether the engine signs its requests to the catalog with AWS Signature Version 4. */
export const isSigned = ({ auth }: CatalogSettings): boolean =>
  /^sigv4a?$|RESTSigV4/.test(String(auth['rest.auth.type'] ?? '')) ||
  String(auth['rest.sigv4-enabled'] ?? '').toLowerCase() === 'true'

/**
 * Compares the signing name and region in the configuration with the host name of the catalog. Returns a diagnosis if
 * they differ, otherwise null.
 */
export function checkSigningName(settings: CatalogSettings): Diagnosis | null {
  if (!isSigned(settings)) return null
  const expected = findAwsName(new URL(settings.uri).hostname)
  if (expected === null) return null
  const { auth, names } = settings
  const service = String(auth['rest.auth.sigv4.service'] ?? auth['rest.signing-name'] ?? 'execute-api')
  const region = String(auth['rest.auth.sigv4.region'] ?? auth['rest.signing-region'] ?? expected.region)
  if (service === expected.service && region === expected.region) return null
  const isService = service !== expected.service
  return failed(isService ? 'signing-name' : 'signing-region', {
    evidence: `Requests are signed for the service ${service} in ${region}, and the host is of the service ${expected.service} in ${expected.region}.`,
    remedy: isService
      ? `Set ${names.signingName ?? 'the signing name'} to ${expected.service}.`
      : `Set ${names.signingRegion ?? 'the signing region'} to ${expected.region}.`,
    report: reports.signingName,
  })
}

type Advice = readonly [
  pattern: RegExp,
  id: string,
  remedy: (match: RegExpExecArray, settings: CatalogSettings) => string,
]

/** Known error messages about signed requests, from AWS and compatible servers, with the remedy for each. */
const advices: readonly Advice[] = [
  [
    /correct service: '?([\w-]+)'?/i,
    'signing-name',
    ([, service = ''], { names }) => `Set ${names.signingName ?? 'the signing name'} to ${service}.`,
  ],
  [
    /expecting '([\w-]+)'|correct region: '?([\w-]+)'?/i,
    'signing-region',
    ([, a, b], { names }) => `Set ${names.signingRegion ?? 'the signing region'} to ${a ?? b ?? ''}.`,
  ],
  [
    /scoped to a valid region/i,
    'signing-region',
    (_, { names }) => `Set ${names.signingRegion ?? 'the signing region'} to the region of the catalog.`,
  ],
  [
    /missing authentication token/i,
    'signature-missing',
    (_, { names }) =>
      `The request has no signature that the server recognizes, or the path does not exist there. Sign requests (rest.auth.type=sigv4), set ${names.signingName ?? 'the signing name'}, and check the path in ${names.uri}.`,
  ],
  [
    /signature expired|not yet current|requesttimetooskewed|time.*skewed/i,
    'signature-clock',
    () => 'Synchronize the clock of this machine (NTP).',
  ],
  [
    /security token.*(expired|invalid)|expiredtoken|unrecognizedclient|invalidclienttokenid/i,
    'signing-keys',
    () => 'The keys are unknown or have expired. Renew them, and send the session token of temporary keys.',
  ],
  [
    /signature.*(does not match|mismatch)|signaturedoesnotmatch|invalidsignature/i,
    'signature-mismatch',
    (_, { names }) =>
      `Check the secret key, ${names.signingName ?? 'the signing name'} and ${names.signingRegion ?? 'the signing region'}. If they are right, a proxy between changes the host, the path or a signed header.`,
  ],
]

/**
 * Returns the diagnosis for a response that refuses a signed request, or null if the error message is not a known one.
 */
export function adviseOnSignature(settings: CatalogSettings, response: RawResponse): Diagnosis | null {
  const { message = '', type = '' } = readErrorBody(response)
  const text = `${type} ${message} ${message === '' ? response.text.slice(0, 2_000) : ''}`
  for (const [pattern, id, remedy] of advices) {
    const match = pattern.exec(text)
    if (match === null) continue
    return failed(id, {
      evidence: `The catalog refuses the signed request: ${describeResponse(response)}.`,
      remedy: remedy(match, settings),
      report: id === 'signature-missing' ? reports.signingToken : reports.signingName,
    })
  }
  return null
}
