import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { credentialError } from './credential-error.ts'
import { findObject, findString } from './json-members.ts'

/** Origin of the subject token that identifies a workload: the `credential_source` of a credential file. */
export type SubjectSource =
  | {
      readonly kind: 'file' | 'url'
      /** Path of the file, or URL, that contains the token. */
      readonly location: string
      readonly headers: Readonly<Record<string, string>>
      /** Member of the JSON object that contains the token. Undefined: the whole text is the token. */
      readonly member: string | undefined
    }
  | {
      readonly kind: 'aws'
      /** URL of the request to AWS STS that identifies the workload, with the placeholder `{region}`. */
      readonly verificationUrl: string
    }
  | {
      readonly kind: 'executable'
      readonly command: string
      readonly timeoutMs: number
      /** File in which the program stores its last output. */
      readonly outputFile: string | undefined
    }

/**
 * Parses the `credential_source` of a credential file.
 *
 * @param property property or variable that names the file, for messages
 */
export function parseSubjectSource(
  source: Readonly<Record<string, unknown>>,
  property: string,
): SubjectSource {
  if (findString(source, 'environment_id') !== undefined) return parseAwsSource(source, property)
  if (source['executable'] !== undefined) return parseExecutable(findObject(source, 'executable'), property)
  const file = findString(source, 'file')
  const url = findString(source, 'url')
  const location = file ?? url
  if (location === undefined || (file !== undefined && url !== undefined)) {
    const fix =
      'use a file, a URL, AWS or a program. For certificates, set federation-audience and subject-token-auth-type instead'
    throw credentialError(property, `credential_source must contain one supported source: ${fix}`)
  }
  const format = findObject(source, 'format')
  const headers = Object.entries(findObject(source, 'headers')).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  // Plain http is accepted for metadata servers, because the metadata servers of other clouds support only http. Their
  // address is not routed beyond the host.
  const isMetadataServer =
    url !== undefined && URL.canParse(url) && new URL(url).hostname === '169.254.169.254'
  if (url !== undefined && !isMetadataServer) endpointUrl(url, `${property} (credential_source.url)`)
  return {
    kind: file === undefined ? 'url' : 'file',
    location,
    headers: Object.fromEntries(headers),
    member:
      findString(format, 'type') === 'json' ? findString(format, 'subject_token_field_name') : undefined,
  }
}

function parseAwsSource(source: Readonly<Record<string, unknown>>, property: string): SubjectSource {
  if (source['environment_id'] !== 'aws1') {
    throw credentialError(property, 'environment_id must be aws1')
  }
  const verificationUrl =
    findString(source, 'regional_cred_verification_url') ??
    'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15'
  // A host other than AWS STS could present the signed request to another service, and so impersonate the workload.
  if (!/^https:\/\/sts\.\{region\}\.amazonaws\.com(\.cn)?\/?\?[\w=&-]+$/.test(verificationUrl)) {
    throw credentialError(property, 'regional_cred_verification_url must be a URL of AWS STS')
  }
  return { kind: 'aws', verificationUrl }
}

/** Bounds and default of `timeout_millis`, as documented by Google. */
const [MIN_TIMEOUT_MS, MAX_TIMEOUT_MS, DEFAULT_TIMEOUT_MS] = [5_000, 120_000, 30_000]

function parseExecutable(executable: Readonly<Record<string, unknown>>, property: string): SubjectSource {
  const command = findString(executable, 'command')
  if (command === undefined) throw credentialError(property, 'executable.command is missing')
  const { timeout_millis: timeoutMs = DEFAULT_TIMEOUT_MS } = executable
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= MIN_TIMEOUT_MS && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw credentialError(
      property,
      `executable.timeout_millis must be a number from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS}`,
    )
  }
  return { kind: 'executable', command, timeoutMs, outputFile: findString(executable, 'output_file') }
}
