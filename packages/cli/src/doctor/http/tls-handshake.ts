import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import { isIP } from 'node:net'
import type { Host } from './hosts.ts'

/** Result of a TLS handshake: the certificate of the server, and reasons why clients would refuse it. */
export interface Handshake {
  readonly protocol: string
  readonly subject: string
  readonly issuer: string
  /** Host names in the certificate, as a text for messages. */
  readonly names: string
  /** End of the validity of the certificate, in epoch ms. */
  readonly validTo: number
  /** Whether the certificate is valid for the host name of the connection. */
  readonly namesHost: boolean
  /** Error code of the certificate chain, such as `SELF_SIGNED_CERT_IN_CHAIN`, or null if the chain is trusted. */
  readonly chainError: string | null
}

/**
 * Connects with TLS and returns the result of the handshake, even if the certificate is not valid.
 *
 * @param ca certificates of further trusted authorities, in PEM
 * @throws the error of a connection that failed, with a code
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
    // An invalid certificate is accepted, because the handshake is only observed: no request is sent over this
    // connection.
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
