import type { HeaderList } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { Provenance } from '../provenance.ts'
import { ask } from '../ask.ts'
import { awsCredentials, type AwsContext, type AwsCredentials } from './aws-credentials.ts'

/** Where STS of a region is, unless the environment says otherwise. */
export function stsEndpoint(region: string, env: AwsContext['env']): string {
  const set = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL']
  if (set) return set
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

/** The body of a request to STS. */
export function stsForm(action: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const form = new URLSearchParams({ Action: action, Version: '2011-06-15' })
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, value)
  return form.toString()
}

/**
 * Sends a request to STS and reads the credentials in its answer. The answer's error code is told, its message is not:
 * it may hold the token.
 */
export async function askSts(
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
  const { status, text } = await ask(context.fetch, request.url, init, what, 10_000)
  if (status !== 200) {
    const code = element(text, 'Code') ?? 'no error code'
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused'
    throw new AuthError(reason, `${what} answered with status ${status} (${code})`)
  }
  const accessKeyId = element(text, 'AccessKeyId')
  const secretAccessKey = element(text, 'SecretAccessKey')
  const sessionToken = element(text, 'SessionToken')
  const expiresAt = Date.parse(element(text, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAt)) {
    throw new AuthError('malformed', `${what} gave no credentials in its answer`)
  }
  return awsCredentials({ accessKeyId, secretAccessKey, sessionToken, expiresAt }, provenance)
}

/** The text of the first element of a name: STS answers are flat, and all that is read from them are words. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]{0,16384})</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '')
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
