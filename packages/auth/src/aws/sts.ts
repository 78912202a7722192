import type { HeaderList } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { Provenance } from '../provenance.ts'
import { fetchFromIssuer } from '../fetch-from-issuer.ts'
import { toAwsCredentials, type AwsContext, type AwsCredentials } from './aws-credentials.ts'

/** Returns the STS endpoint that the environment variables set, or else the STS endpoint of the region. */
export function stsEndpoint(region: string, env: AwsContext['env']): string {
  const configured = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL']
  if (configured) return configured
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

/** Returns the form-encoded body of a request to AWS STS. */
export function stsForm(action: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const form = new URLSearchParams({ Action: action, Version: '2011-06-15' })
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, value)
  return form.toString()
}

/**
 * Sends a request to STS and reads the credentials in its response. An error contains the code of the response, but not
 * its message, because the message may contain the token.
 */
export async function requestStsCredentials(
  context: AwsContext,
  request: { readonly url: string; readonly headers: HeaderList; readonly body: string },
  provenance: Provenance,
  signal: AbortSignal | undefined,
): Promise<AwsCredentials> {
  const what = `STS (${new URL(request.url).host})`
  const init: RequestInit = {
    method: 'POST',
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    body: request.body,
    ...(signal === undefined ? {} : { signal }),
  }
  const { status, text } = await fetchFromIssuer(context.fetch, request.url, init, what, 10_000)
  if (status !== 200) {
    const code = readElement(text, 'Code') ?? 'no error code'
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused'
    throw new AuthError(reason, `${what} responded with status ${status} (${code})`)
  }
  const accessKeyId = readElement(text, 'AccessKeyId')
  const secretAccessKey = readElement(text, 'SecretAccessKey')
  const sessionToken = readElement(text, 'SessionToken')
  const expiresAt = Date.parse(readElement(text, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAt)) {
    throw new AuthError('malformed', `${what} returned no credentials`)
  }
  return toAwsCredentials({ accessKeyId, secretAccessKey, sessionToken, expiresAt }, provenance)
}

/**
 * Returns the text of the first XML element with a name. No XML parser is needed, because the elements that are read
 * from STS responses contain no other elements.
 */
function readElement(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]{0,16384})</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '')
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
