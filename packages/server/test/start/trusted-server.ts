import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMinio } from '@headgate/testkit'
import { startProcess } from './process.ts'

export interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly message: string
}

/** Members of responses that the tests read. */
interface Body {
  readonly access_token: string
  readonly metadata: { readonly location: string }
  readonly config: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
  readonly secret: { readonly clientId: string; readonly clientSecret: string }
}

export interface Reply {
  readonly status: number
  readonly body: Body
}

/**
 * A server process, and a MinIO that accepts the web identity tokens that the server issues for its users.
 */
export interface TrustedServer extends AsyncDisposable {
  readonly url: string
  /** Client id of MinIO, which is the audience of the tokens. */
  readonly audience: string
  /** Access token of an administrator. */
  readonly admin: string
  /** Access token of a principal without grants. */
  readonly alice: string
  send(token: string, method: string, path: string, body?: unknown): Promise<Reply>
  /** Creates a warehouse in a folder with its name, whose credentials are vended with tokens for users. */
  createWarehouse(name: string, vending: object): Promise<Reply>
  /**
   * Returns the findings of the check, except `unsigned`: this MinIO accepts requests without a signature.
   */
  check(warehouse: string): Promise<readonly Finding[]>
}

/** Starts a server and a MinIO that trusts it. */
export async function startTrustedServer(): Promise<TrustedServer> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'headgate-trusted-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const env = { HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2' }
  const headgate = stack.use(startProcess(['--port', '0', '--s3-port', '0', '--data-dir', folder], env))
  const url = await headgate.ready
  const audience = 'minio'
  const configUrl = `${url}/.well-known/openid-configuration`
  const minio = stack.use(await startMinio({ buckets: ['lake'], openid: { configUrl, clientId: audience } }))

  async function requestToken(clientId: string, clientSecret: string): Promise<string> {
    const client = { client_id: clientId, client_secret: clientSecret }
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...client })
    const response = await fetch(`${url}/v1/oauth/tokens`, { method: 'POST', body })
    return ((await response.json()) as Body).access_token
  }
  const send: TrustedServer['send'] = async (token, method, path, body) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-iceberg-access-delegation': 'vended-credentials',
    }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(url + path, { method, headers, ...sent })
    return { status: response.status, body: (await response.json()) as Body }
  }
  const [id = '', secret = ''] = (await readFile(join(folder, 'admin-credential'), 'utf8')).trim().split(':')
  const admin = await requestToken(id, secret)
  const created = await send(admin, 'POST', '/management/v1/principals', { name: 'alice' })
  const { clientId, clientSecret } = created.body.secret
  const alice = await requestToken(clientId, clientSecret)
  const owned = stack.move()
  return {
    url,
    audience,
    admin,
    alice,
    send,
    createWarehouse(name, vending) {
      const { endpoint, region, accessKeyId, secretAccessKey } = minio
      const keys = { accessKeyId, secretAccessKey }
      const storage = { type: 's3', bucket: 'lake', prefix: name, endpoint, region, ...keys }
      const sts = { mode: 'sts', identity: 'user-token', ...vending }
      return send(admin, 'POST', '/management/v1/warehouses', { name, storage, vending: sts })
    },
    async check(name) {
      const { body } = await send(admin, 'POST', `/management/v1/warehouses/${name}/check`)
      return body.findings.filter((finding: Finding) => finding.name !== 'unsigned')
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
