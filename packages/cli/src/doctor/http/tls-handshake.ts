import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import { isIP } from 'node:net'
import type { Host } from './hosts.ts'

/** Certificate of a server, and the reasons why a client refuses it. */
export interface Handshake {
  readonly protocol: string
  readonly subject: string
  readonly issuer: string
  /** Names that the certificate is valid for. */
  readonly names: string
  /** End of the validity, in epoch ms. */
  readonly validTo: number
  /** Whether the certificate is valid for the name of the host. */
  readonly namesHost: boolean
  /** Code of the error of the chain, such as `SELF_SIGNED_CERT_IN_CHAIN`. Null: the chain is trusted. */
  readonly chainError: string | null
}

/**
 * Makes a TLS handshake without refusing the certificate.
 *
 * @param ca certificates of further authorities, as PEM
 * @throws the error of the connection, with a code
 */
export async function shakeHands(
  { name, port }: Host,
  ca: string | undefined,
  ms: number,
): Promise<Handshake> {
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>()
  const socket = connect({
    host: name,
    port,
    // The handshake is only observed. No request is sent over this connection.
    rejectUnauthorized: false,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
  })
  const timer = setTimeout(() => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), ms)
  socket.once('error', reject).once('secureConnect', () => {
    const certificate = socket.getPeerCertificate()
    const namesHost = checkServerIdentity(name, certificate) === undefined
    const error = socket.authorized ? null : String(socket.authorizationError)
    resolve({
      protocol: socket.getProtocol() ?? 'unknown',
      subject: formatName(certificate.subject),
      issuer: formatName(certificate.issuer),
      names: certificate.subjectaltname ?? 'none',
      validTo: Date.parse(certificate.valid_to),
      namesHost,
      chainError: error === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : error,
    })
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function formatName(name: PeerCertificate['subject'] | undefined): string {
  const text = name?.CN ?? name?.O
  return typeof text === 'string' ? text : 'unknown'
}
