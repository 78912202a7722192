import { AuthError } from '../auth-error.ts'
import { fetchFromIssuer } from '../fetch-from-issuer.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { parseJsonCredentials } from './json-credentials.ts'
import { readTextFile } from '../needs-node.ts'

const ECS = 'http://169.254.170.2'
const ENDPOINT = 'The container credentials endpoint'

/** Hosts that may be called without TLS: ECS, EKS Pod Identity with IPv4 and IPv6, and this machine. */
const plainHosts = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]', 'localhost', '[::1]'])

const provenance = { obtainedBy: 'container', renewableBy: ['container'] }

/** Creates a source that calls the credentials endpoint of a container in ECS, EKS Pod Identity or Greengrass. */
export function fromContainer({ env, fetch }: AwsContext): AwsSource {
  return async ({ signal } = {}) => {
    const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
    const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
    if (!relative && !full) {
      throw new AuthError(
        'not-here',
        'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set',
      )
    }
    const url = relative ? `${ECS}${relative}` : checkEndpoint(full ?? '')
    const tokenFile = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
    const token = tokenFile
      ? (await readFile(tokenFile, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', signal)).trim()
      : env['AWS_CONTAINER_AUTHORIZATION_TOKEN']
    const init: RequestInit = {
      headers: { Accept: 'application/json', ...(token ? { Authorization: token } : {}) },
      ...(signal === undefined ? {} : { signal }),
    }
    const { status, text } = await fetchFromIssuer(fetch, url, init, ENDPOINT, 5_000)
    if (status !== 200) throw new AuthError('unavailable', `${ENDPOINT} responded with status ${status}`)
    return parseJsonCredentials(text, ENDPOINT, provenance)
  }
}

function checkEndpoint(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const plain =
    parsed?.protocol === 'http:' &&
    (plainHosts.has(parsed.hostname) || /^127(\.\d{1,3}){3}$/.test(parsed.hostname))
  if (parsed?.protocol === 'https:' || plain) return url
  const property = 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
  throw new AuthError('configuration', `${property} must be an https URL, or an http URL of this machine`, {
    property,
  })
}

async function readFile(path: string, from: string, signal: AbortSignal | undefined): Promise<string> {
  return await readTextFile(path, from, signal === undefined ? {} : { signal })
}
