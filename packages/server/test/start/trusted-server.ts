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

/** What the answers hold that are looked at. */
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

/** A server as people start it, and beside it a MinIO that takes its tokens for users. */
export interface TrustedServer extends AsyncDisposable {
  readonly url: string
  /** Client id of MinIO: who the tokens must be for. */
  readonly audience: string
  /** Tokens of callers. */
  readonly admin: string
  readonly alice: string
  send(token: string, method: string, path: string, body?: unknown): Promise<Reply>
  /** Makes a warehouse in a folder of its name, with vending by tokens for users. */
  warehouse(name: string, vending: object): Promise<Reply>
  /** All findings but that this MinIO takes what nobody signed. */
  check(warehouse: string): Promise<readonly Finding[]>
}

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

  async function tokenOf(clientId: string, clientSecret: string): Promise<string> {
    const client = { client_id: clientId, client_secret: clientSecret }
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...client })
    const answer = await fetch(`${url}/v1/oauth/tokens`, { method: 'POST', body })
    return ((await answer.json()) as Body).access_token
  }
  const send: TrustedServer['send'] = async (token, method, path, body) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-iceberg-access-delegation': 'vended-credentials',
    }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(url + path, { method, headers, ...sent })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const [id = '', secret = ''] = (await readFile(join(folder, 'admin-credential'), 'utf8')).trim().split(':')
  const admin = await tokenOf(id, secret)
  const made = await send(admin, 'POST', '/management/v1/principals', { name: 'alice' })
  const alice = await tokenOf(made.body.secret.clientId, made.body.secret.clientSecret)
  const owned = stack.move()
  return {
    url,
    audience,
    admin,
    alice,
    send,
    warehouse(name, vending) {
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
