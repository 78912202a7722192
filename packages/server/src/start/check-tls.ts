import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ConfigError } from '../config/config-error.ts'

/**
 * Checks the configured TLS certificate and its private key before the server starts.
 *
 * @param now epoch ms
 * @returns warnings for the log, for a certificate that is expired or not valid yet
 * @throws ConfigError when a file cannot be read, is not PEM, or when the key does not belong to the certificate
 */
export function checkTls(
  files: { readonly certFile: string; readonly keyFile: string },
  now: number = Date.now(),
): readonly string[] {
  const cert = readPem(files.certFile, 'HEADGATE_TLS_CERT_FILE')
  const key = readPem(files.keyFile, 'HEADGATE_TLS_KEY_FILE')
  const certificate = parse(cert, files.certFile)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const why =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? `is not the key of the first certificate in HEADGATE_TLS_CERT_FILE (${files.certFile})`
        : 'does not contain a private key in PEM without a password'
    throw new ConfigError([`HEADGATE_TLS_KEY_FILE (${files.keyFile}) ${why}.`], { cause })
  }
  const { validFrom, validTo } = certificate
  if (now > Date.parse(validTo))
    return [`The certificate in ${files.certFile} expired at ${validTo}: clients will refuse it.`]
  if (now < Date.parse(validFrom))
    return [`The certificate in ${files.certFile} is valid from ${validFrom}: clients will refuse it before.`]
  return []
}

function readPem(path: string, name: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError([`The file of ${name} cannot be read: ${reason}.`], { cause })
  }
}

function parse(cert: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(cert)
  } catch (cause) {
    throw new ConfigError([`HEADGATE_TLS_CERT_FILE (${path}) does not contain a certificate in PEM.`], {
      cause,
    })
  }
}
