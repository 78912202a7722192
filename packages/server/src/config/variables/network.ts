import type { Variables } from '../env-type.ts'
import { checkNetwork } from '../../operation/client-address.ts'
import { checkOrigin, maxWorkers, parsePublicUrl, parseWorkers } from '../parse-values.ts'
import { choice, custom, integer, list, optional, path, text, toggle } from '../variable.ts'

/** Environment variables that configure addresses, TLS and proxies. */
export const network: Pick<
  Variables,
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'workers'
  | 'tlsCertFile'
  | 'tlsKeyFile'
  | 'console'
  | 'corsOrigins'
  | 'trustedProxies'
  | 'forwardedHeader'
> = {
  host: text('HEADGATE_HOST', '127.0.0.1', {
    section: 'Network',
    doc: 'Address to listen on. An address that is not loopback requires `HEADGATE_PUBLIC_URL`.',
  }),
  port: integer(
    'HEADGATE_PORT',
    8181,
    { min: 0, max: 65_535 },
    {
      section: 'Network',
      doc: 'TCP port to listen on; 0 selects a free port.',
    },
  ),
  publicUrl: optional(
    custom(
      'HEADGATE_PUBLIC_URL',
      '',
      'an absolute http or https URL',
      {
        section: 'Network',
        fallbackNote: 'the address of the listener',
        doc: 'URL under which clients reach this server. It is the issuer and the audience of tokens, and the base of all URLs in responses. The server never uses the Host header for them.',
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
      doc: 'Number of processes that answer requests, each on one core, all at the same addresses; `auto` is the number of cores. See [Several cores](../how-to/operations.md#several-cores).',
      schema: {
        anyOf: [{ type: 'integer', minimum: 1, maximum: maxWorkers }, { const: 'auto' }],
        default: 1,
      },
    },
    parseWorkers,
  ),
  tlsCertFile: optional(
    path('HEADGATE_TLS_CERT_FILE', '', {
      section: 'Network',
      doc: 'File with a certificate chain in PEM, which enables TLS. Requires `HEADGATE_TLS_KEY_FILE`.',
    }),
  ),
  tlsKeyFile: optional(
    path('HEADGATE_TLS_KEY_FILE', '', {
      section: 'Network',
      doc: 'File with the private key of the certificate, in PEM.',
    }),
  ),
  console: toggle('HEADGATE_CONSOLE', true, {
    section: 'Network',
    doc: 'Whether the server has the web console, at `/console`.',
  }),
  corsOrigins: list(
    'HEADGATE_CORS_ORIGINS',
    '',
    {
      section: 'Network',
      fallbackNote: 'none',
      doc: 'Origins whose web pages may call this server from a browser; `*` for all origins.',
    },
    checkOrigin,
  ),
  trustedProxies: list(
    'HEADGATE_TRUSTED_PROXIES',
    '',
    {
      section: 'Network',
      fallbackNote: 'none',
      doc: 'Networks (`10.0.0.0/8`) or addresses of reverse proxies. The server reads the address of a client from the header that these proxies send. It uses the address for the audit log and for the limits of failed logins.',
    },
    checkNetwork,
  ),
  forwardedHeader: choice('HEADGATE_FORWARDED_HEADER', ['x-forwarded-for', 'forwarded'], 'x-forwarded-for', {
    section: 'Network',
    doc: 'Header from which the server reads the address of a client behind trusted proxies; `forwarded` is the header of RFC 7239. The proxies must set it, or add to it, in every request.',
  }),
}
