import { AuthError } from '../auth-error.ts'
import { ask } from '../ask.ts'
import type { AwsContext, AwsSource } from './aws-credentials.ts'
import { jsonCredentials } from './json-credentials.ts'
import { readTextFile } from '../needs-node.ts'

const ECS = 'http://169.254.170.2'

/** Where containers may be asked without TLS: ECS, EKS Pod Identity in both families, and this machine. */
const plainHosts = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]', 'localhost', '[::1]'])

const provenance = { obtainedBy: 'container', renewableBy: ['container'] }

/** Credentials of the container, from its agent: ECS, EKS Pod Identity, Greengrass. */
export function fromContainer({ env, fetch }: AwsContext): AwsSource {
  return async ({ signal } = {}) => {
    const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
    const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
    if (!relative && !full) throw new AuthError('not-here', 'this is no container of AWS')
    const url = relative ? `${ECS}${relative}` : checkAgent(full ?? '')
    const tokenFile = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
    const token = tokenFile
      ? (await readFile(tokenFile, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', signal)).trim()
      : env['AWS_CONTAINER_AUTHORIZATION_TOKEN']
    const init: RequestInit = {
      headers: { Accept: 'application/json', ...(token ? { Authorization: token } : {}) },
      ...(signal === undefined ? {} : { signal }),
    }
    const answer = await ask(fetch, url, init, 'The agent of the container', 5_000)
    if (answer.status !== 200) {
      throw new AuthError('unavailable', `The agent of the container answered with status ${answer.status}`)
    }
    return jsonCredentials(answer.text, 'The agent of the container', provenance)
  }
}

function checkAgent(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const plain =
    parsed?.protocol === 'http:' &&
    (plainHosts.has(parsed.hostname) || /^127(\.\d{1,3}){3}$/.test(parsed.hostname))
  if (parsed?.protocol === 'https:' || plain) return url
  const property = 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
  throw new AuthError('configuration', `${property} must be https, or on this machine`, { property })
}

async function readFile(path: string, from: string, signal: AbortSignal | undefined): Promise<string> {
  return await readTextFile(path, from, signal === undefined ? {} : { signal })
}
