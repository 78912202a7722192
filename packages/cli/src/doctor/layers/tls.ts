import { readFileSync } from 'node:fs'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { formatHost, listHosts, type Host } from '../http/hosts.ts'
import { shakeHands, type Handshake } from '../http/tls-handshake.ts'
import { isLoopback } from '../../connection/settings.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import type { Layer } from './layer.ts'

const soonMs = 14 * 86_400_000

/** Layer that checks the certificates of the catalog and its token endpoint. */
export const tlsLayer: Layer = {
  name: 'tls',
  check: async (context) => {
    const hosts = listHosts(context.settings)
    const found = await Promise.all(hosts.map(async (host) => await checkTls(context, host)))
    return found.flat()
  },
}

/**
 * Checks the certificate of a host. For a host without TLS, returns a warning that credentials are sent without
 * encryption.
 */
export async function checkTls(
  context: Pick<DoctorContext, 'settings' | 'options' | 'traits' | 'fact'>,
  host: Host,
): Promise<readonly Diagnosis[]> {
  if (!host.secure) return unencrypted(context, host)
  try {
    const handshake = await shakeHands(host, readAuthorities(context), context.options.stepMs)
    context.fact(`${formatHost(host)} has a certificate for ${handshake.subject} (${handshake.protocol})`)
    return judge(context, host, handshake)
  } catch (error) {
    return [handshakeFailed(host, error)]
  }
}

function readAuthorities({ settings }: Pick<DoctorContext, 'settings'>): string | undefined {
  return settings.caFile === undefined ? undefined : readFileSync(settings.caFile, 'utf8')
}

function unencrypted({ settings }: Pick<DoctorContext, 'settings'>, host: Host): readonly Diagnosis[] {
  const sendsSecrets = settings.auth['rest.auth.type'] !== 'none'
  if (!sendsSecrets || isLoopback(host.name) || host.name === '::1') return []
  return [
    warning('unencrypted', {
      evidence: `Credentials are sent to the ${host.role} ${formatHost(host)} without encryption.`,
      remedy: `Use https in ${host.setting}.`,
    }),
  ]
}

function judge(
  { traits }: Pick<DoctorContext, 'traits'>,
  host: Host,
  { namesHost, names, chainError, issuer, subject, validTo }: Handshake,
): readonly Diagnosis[] {
  const now = Date.now()
  if (chainError === 'CERT_HAS_EXPIRED' || validTo < now) {
    return [
      failed('tls-expired', {
        evidence: `The certificate of ${formatHost(host)} expired on ${formatDay(validTo)}.`,
        remedy: `Renew the certificate of the ${host.role}. If it is valid elsewhere, correct the clock of this machine.`,
      }),
    ]
  }
  if (!namesHost) {
    return [
      failed('tls-host-name', {
        evidence: `The certificate of ${formatHost(host)} is not valid for ${host.name}. It is valid for ${names}.`,
        remedy: `Set ${host.setting} to a name of the certificate, or issue a certificate with the name ${host.name}. Do not switch off the verification.`,
        report: reports.tlsHostName,
      }),
    ]
  }
  if (chainError !== null) {
    return [
      failed('tls-untrusted', {
        evidence: `This machine does not trust the certificate of ${formatHost(host)} (${chainError}): ${subject}, issued by ${issuer}.`,
        remedy: `${traits.trust} If the server does not send its intermediate certificates, correct the server. For this command, set NODE_EXTRA_CA_CERTS to a file with the certificate of the authority.`,
      }),
    ]
  }
  if (validTo - now > soonMs) return []
  return [
    warning('tls-expires-soon', {
      evidence: `The certificate of ${formatHost(host)} expires on ${formatDay(validTo)}.`,
      remedy: `Renew the certificate of the ${host.role}.`,
    }),
  ]
}

function handshakeFailed(host: Host, error: unknown): Diagnosis {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const noTls = /WRONG_VERSION|PACKET_LENGTH|EPROTO|ERR_SSL_/.test(code)
  return failed(noTls ? 'tls-not-spoken' : 'tls-failed', {
    evidence: `The TLS handshake with ${formatHost(host)} failed (${code}).`,
    remedy: noTls
      ? `The port does not speak TLS. Use http in ${host.setting}, or the port of the server that speaks TLS.`
      : `Check the TLS settings of the ${host.role}, and a proxy or firewall between.`,
  })
}

const formatDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
