import type { Variables } from '../env-type.ts'
import { checkOrigin, parsePublicUrl } from '../parse-values.ts'
import { custom, integer, list, optional, path, text } from '../variable.ts'

/** Where clients reach the server. */
export const network: Pick<
  Variables,
  'host' | 'port' | 'publicUrl' | 'tlsCertFile' | 'tlsKeyFile' | 'corsOrigins'
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
}
