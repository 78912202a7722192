import type { Variables } from '../env-type.ts'
import { checkNetwork } from '../../operation/client-address.ts'
import { checkOrigin, parsePublicUrl, parseWorkers } from '../parse-values.ts'
import { choice, custom, integer, list, optional, path, text } from '../variable.ts'

/** Where clients reach the server. */
export const network: Pick<
  Variables,
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'workers'
  | 'tlsCertFile'
  | 'tlsKeyFile'
  | 'corsOrigins'
  | 'trustedProxies'
  | 'forwardedHeader'
> = {
  host: text('HEADGATE_HOST', '127.0.0.1', {
    section: 'Network',
    doc: 'Address to listen on. Anything but a loopback address needs `HEADGATE_PUBLIC_URL`.',
  }),
  port: integer(
    'HEADGATE_PORT',
    8181,
    { min: 0, max: 65_535 },
    {
      section: 'Network',
      doc: 'TCP port to listen on; 0 takes a free one.',
    },
  ),
  publicUrl: optional(
    custom(
      'HEADGATE_PUBLIC_URL',
      '',
      'an absolute http or https URL',
      {
        section: 'Network',
        fallbackNote: 'the address listened on',
        doc: 'URL under which clients reach this server. It is the issuer and audience of tokens and the base of every URL handed out; the Host header is never believed.',
      },
      parsePublicUrl,
    ),
  ),
  workers: custom(
    'HEADGATE_WORKERS',
    '1',
    'a whole number from 1 to 64, or `auto`',
    {
      section: 'Network',
      doc: 'Processes that answer, each of them on one core, all at the same addresses; `auto` takes as many as there are cores. See [Several cores](../how-to/operations.md#several-cores).',
    },
    parseWorkers,
  ),
  tlsCertFile: optional(
    path('HEADGATE_TLS_CERT_FILE', '', {
      section: 'Network',
      doc: 'Certificate chain in PEM; makes the server speak TLS. Needs the key as well.',
    }),
  ),
  tlsKeyFile: optional(
    path('HEADGATE_TLS_KEY_FILE', '', {
      section: 'Network',
      doc: 'Private key of the certificate, in PEM.',
    }),
  ),
  corsOrigins: list(
    'HEADGATE_CORS_ORIGINS',
    '',
    {
      section: 'Network',
      fallbackNote: 'none',
      doc: 'Origins whose pages may call this server from a browser; `*` for all.',
    },
    checkOrigin,
  ),
  trustedProxies: list(
    'HEADGATE_TRUSTED_PROXIES',
    '',
    {
      section: 'Network',
      fallbackNote: 'none',
      doc: 'Networks (`10.0.0.0/8`) or addresses of reverse proxies that are believed about the address of their client, for the audit and for the limits of failed logins.',
    },
    checkNetwork,
  ),
  forwardedHeader: choice('HEADGATE_FORWARDED_HEADER', ['x-forwarded-for', 'forwarded'], 'x-forwarded-for', {
    section: 'Network',
    doc: 'The one header in which trusted proxies say that; `forwarded` is that of RFC 7239. They must set it, or add to it, in every request.',
  }),
}
