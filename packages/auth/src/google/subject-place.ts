import { AuthError } from '../auth-error.ts'
import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { memberOf, stringOf } from './json-members.ts'

/** Where what proves who a workload is comes from: the `credential_source` of a file of credentials. */
export type SubjectPlace =
  | {
      readonly kind: 'file' | 'url'
      readonly at: string
      readonly headers: Readonly<Record<string, string>>
      /** The member of a JSON object; undefined: the whole text. */
      readonly member: string | undefined
    }
  | {
      readonly kind: 'aws'
      /** STS, with `{region}` for the region. */
      readonly verificationUrl: string
    }
  | {
      readonly kind: 'executable'
      readonly command: string
      readonly timeoutMs: number
      /** Where the program keeps its last answer. */
      readonly outputFile: string | undefined
    }

/** @param property What names the file of credentials, for messages. */
export function subjectPlace(source: Readonly<Record<string, unknown>>, property: string): SubjectPlace {
  if (stringOf(source, 'environment_id') !== undefined) return awsPlace(source, property)
  if (source['executable'] !== undefined) return executablePlace(memberOf(source, 'executable'), property)
  const file = stringOf(source, 'file')
  const url = stringOf(source, 'url')
  const at = file ?? url
  if (at === undefined || (file !== undefined && url !== undefined)) {
    const known =
      'a file, a URL, AWS or a program; for certificates set federation-audience and subject-token-auth-type'
    throw wrong(property, `must have one source of its token: ${known}`)
  }
  const format = memberOf(source, 'format')
  const headers = Object.entries(memberOf(source, 'headers')).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  // Metadata servers of other clouds speak plain http on an address that leaves no network.
  const local = url !== undefined && URL.canParse(url) && new URL(url).hostname === '169.254.169.254'
  if (url !== undefined && !local) endpointUrl(url, `${property} (credential_source.url)`)
  return {
    kind: file === undefined ? 'url' : 'file',
    at,
    headers: Object.fromEntries(headers),
    member: stringOf(format, 'type') === 'json' ? stringOf(format, 'subject_token_field_name') : undefined,
  }
}

function awsPlace(source: Readonly<Record<string, unknown>>, property: string): SubjectPlace {
  if (source['environment_id'] !== 'aws1') {
    throw wrong(property, 'has another environment_id than aws1, which is the one that is known')
  }
  const verificationUrl =
    stringOf(source, 'regional_cred_verification_url') ??
    'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15'
  // Whoever gets the signed request could show it to somebody else.
  if (!/^https:\/\/sts\.\{region\}\.amazonaws\.com(\.cn)?\/?\?[\w=&-]+$/.test(verificationUrl)) {
    throw wrong(property, 'has a regional_cred_verification_url that is not the address of STS')
  }
  return { kind: 'aws', verificationUrl }
}

/** Milliseconds, as Google has the bounds of `timeout_millis`. */
const [SHORTEST, LONGEST, USUAL] = [5_000, 120_000, 30_000]

function executablePlace(executable: Readonly<Record<string, unknown>>, property: string): SubjectPlace {
  const command = stringOf(executable, 'command')
  if (command === undefined) throw wrong(property, 'names no executable.command')
  const { timeout_millis: timeoutMs = USUAL } = executable
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= SHORTEST && timeoutMs <= LONGEST)) {
    throw wrong(property, `must have an executable.timeout_millis from ${SHORTEST} to ${LONGEST}`)
  }
  return { kind: 'executable', command, timeoutMs, outputFile: stringOf(executable, 'output_file') }
}

function wrong(property: string, why: string): AuthError {
  return new AuthError('configuration', `The credentials of ${property} are of no use: it ${why}`, {
    property,
  })
}
