import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startMinio } from '@headgate/testkit'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const clientId = 'headgate'
const keyId = 'one'

/** MinIO that accepts web identity tokens of a test identity provider. */
export interface MinioWithIdentities extends AsyncDisposable {
  readonly endpoint: string
  /**
   * Mints a token for a user with all permissions on MinIO. The token is valid for the passed number of
   * seconds.
   */
  token(subject: string, seconds: number): Promise<string>
}

export async function startMinioWithIdentities(bucket: string): Promise<MinioWithIdentities> {
  await using stack = new AsyncDisposableStack()
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'RS256', use: 'sig' }] }
  const provider = createServer().listen(0, '127.0.0.1')
  await once(provider, 'listening')
  stack.defer(() => {
    provider.closeAllConnections()
    provider.close()
  })
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
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
  const configUrl = `${issuer}/.well-known/openid-configuration`
  const { endpoint } = stack.use(await startMinio({ buckets: [bucket], openid: { configUrl, clientId } }))
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
