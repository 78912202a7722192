import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findMinio } from '@headgate/testkit'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const clientId = 'headgate'
const keyId = 'one'

/** A MinIO that takes web identities of an identity provider beside it. */
export interface MinioWithIdentities extends AsyncDisposable {
  readonly endpoint: string
  /** A token of a user who may use all of MinIO, good for so many seconds. */
  token(subject: string, seconds: number): Promise<string>
}

export async function startMinioWithIdentities(bucket: string): Promise<MinioWithIdentities> {
  const binary = findMinio()
  if (binary === undefined) throw new Error('No MinIO binary: set HEADGATE_MINIO')
  await using stack = new AsyncDisposableStack()
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'RS256', use: 'sig' }] }
  const provider = createServer()
  const issuer = await listen(provider)
  stack.defer(() => {
    provider.closeAllConnections()
    provider.close()
  })
  const discovery = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  provider.on('request', (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === '/jwks' ? jwks : discovery))
  })

  const home = await mkdtemp(join(tmpdir(), 'headgate-minio-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  await mkdir(join(home, 'data', bucket), { recursive: true })
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(binary, ['server', '--quiet', '--address', address, join(home, 'data')], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      MINIO_ROOT_USER: 'headgate-test',
      MINIO_ROOT_PASSWORD: 'headgate-test-secret',
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
      MINIO_IDENTITY_OPENID_CLIENT_ID: clientId,
      MINIO_IDENTITY_OPENID_CLIENT_SECRET: 'unused',
      MINIO_IDENTITY_OPENID_CLAIM_NAME: 'policy',
    },
    stdio: 'ignore',
  })
  stack.defer(async () => {
    if (child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  const endpoint = `http://${address}`
  await ready(endpoint)
  const owned = stack.move()
  return {
    endpoint,
    token: (subject, seconds) =>
      new SignJWT({ policy: 'readwrite', azp: clientId })
        .setProtectedHeader({ alg: 'RS256', kid: keyId })
        .setIssuer(issuer)
        .setAudience(clientId)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(privateKey),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function ready(endpoint: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    const answer = await fetch(`${endpoint}/minio/health/ready`).catch(() => null)
    if (answer?.ok === true) return
  }
  throw new Error('MinIO did not start')
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = new URL(await listen(server))
  await new Promise((resolve) => server.close(resolve))
  return Number(port)
}
