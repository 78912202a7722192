import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { stringify } from 'yaml'
import { startEtcd } from '../../../conformance/lib/etcd.ts'
import { freePort } from '../../../conformance/lib/free-port.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { waitUntilReady } from '../../../conformance/lib/wait-until-ready.ts'

/** HTTP response of the Kubernetes API server. */
interface KubeResponse {
  readonly status: number
  readonly body: unknown
}

/** Sends a request to the Kubernetes API server as the administrator of the cluster. */
export type Kube = (method: string, path: string, body?: unknown) => Promise<KubeResponse>

/** Running Kubernetes API server, without nodes and controllers. */
export interface ApiServer {
  readonly kube: Kube
  /** Path of the kubeconfig file for clients. */
  readonly kubeconfig: string
}

interface Programs {
  readonly etcd: string
  readonly apiServer: string
}

const limitMs = 30_000

/** Starts a Kubernetes API server with an empty etcd. Both listen on loopback addresses. */
export async function startApiServer(
  keeper: ProcessKeeper,
  programs: Programs,
  folder: string,
): Promise<ApiServer> {
  mkdirSync(folder, { recursive: true })
  const etcdPort = await startEtcd(keeper, programs.etcd, join(folder, 'etcd'))
  const port = await freePort()
  const token = randomBytes(24).toString('base64url')
  const tokens = join(folder, 'tokens.csv')
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`)
  const keyFile = join(folder, 'service-account.pem')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const flags = {
    'etcd-servers': `http://127.0.0.1:${etcdPort}`,
    'bind-address': '127.0.0.1',
    'secure-port': String(port),
    'endpoint-reconciler-type': 'none',
    'cert-dir': join(folder, 'certificates'),
    'token-auth-file': tokens,
    'authorization-mode': 'RBAC',
    'service-cluster-ip-range': '10.0.0.0/24',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': keyFile,
    'service-account-signing-key-file': keyFile,
    // This admission plugin requires the default service account of each namespace. A controller would create it, but
    // no controller runs here.
    'disable-admission-plugins': 'ServiceAccount',
  }
  const child = keeper.start({
    name: 'kube-apiserver',
    command: programs.apiServer,
    args: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    log: join(folder, 'kube-apiserver.log'),
  })
  const url = `https://127.0.0.1:${port}`
  const certificateFile = join(folder, 'certificates/apiserver.crt')
  const kube: Kube = (method, path, body) => send({ url, token, certificateFile }, method, path, body)
  await waitUntilReady(child, async () => (await kube('GET', '/readyz')).status === 200, 120_000)
  const kubeconfig = join(folder, 'kubeconfig.yaml')
  writeFileSync(kubeconfig, kubeconfigText(url, token, certificateFile))
  return { kube, kubeconfig }
}

interface Connection {
  readonly url: string
  readonly token: string
  readonly certificateFile: string
}

async function send(
  { url, token, certificateFile }: Connection,
  method: string,
  path: string,
  body: unknown,
): Promise<KubeResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const isPatch = method === 'PATCH'
  const options = {
    method,
    ca: readFileSync(certificateFile),
    signal: AbortSignal.timeout(limitMs),
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': isPatch ? 'application/merge-patch+json' : 'application/json',
    },
  }
  const sent = request(url + path, options, resolve)
  sent.on('error', reject)
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const response = await promise
  const content = await text(response)
  const isJson = response.headers['content-type']?.startsWith('application/json') === true
  return { status: response.statusCode ?? 0, body: isJson ? (JSON.parse(content) as unknown) : content }
}

function kubeconfigText(server: string, token: string, certificateFile: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'check', cluster: { server, 'certificate-authority': certificateFile } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'check', context: { cluster: 'check', user: 'admin' } }],
    'current-context': 'check',
  })
}
