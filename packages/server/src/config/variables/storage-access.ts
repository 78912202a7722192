import { checkEndpointName } from '@headgate/storage'
import type { Variables } from '../env-type.ts'
import { parsePublicUrl } from '../parse-values.ts'
import { custom, integer, list, optional, path, text } from '../variable.ts'

/** How clients are given access to storage. */
export const storageAccess: Pick<
  Variables,
  | 's3Port'
  | 's3PublicUrl'
  | 's3Region'
  | 's3HostSuffix'
  | 's3DecisionMaxAgeMs'
  | 'minCredentialSeconds'
  | 'refreshTokenTtlSeconds'
  | 'refreshCapSeconds'
  | 'stsWebIdentityTokenFile'
  | 'privateEndpoints'
> = {
  privateEndpoints: list(
    'HEADGATE_PRIVATE_ENDPOINTS',
    '',
    {
      section: 'Storage access',
      fallbackNote: 'none',
      doc: 'Hosts (`minio.internal`), domains (`*.internal`), addresses and networks (`10.1.0.0/16`) that endpoints of warehouses may have although their addresses are not public. The server connects to no other loopback, link-local, private or cloud metadata address for an endpoint that a request sets. A server that only this machine reaches also takes `localhost` and loopback addresses from holders of `administer-storage` on the server.',
    },
    checkEndpointName,
  ),
  s3Port: optional(
    integer(
      'HEADGATE_S3_PORT',
      8182,
      { min: 0, max: 65_535 },
      {
        section: 'Storage access',
        fallbackNote: 'the port after `HEADGATE_PORT`',
        doc: 'TCP port of the storage gateway, the S3 endpoint for warehouses of mode `gateway`; 0 takes a free one.',
      },
    ),
  ),
  s3PublicUrl: optional(
    custom(
      'HEADGATE_S3_PUBLIC_URL',
      '',
      'an absolute http or https URL',
      {
        section: 'Storage access',
        fallbackNote: 'the loopback address listened on',
        doc: 'URL under which clients reach the storage gateway. Without it there is none on an address that others can reach.',
      },
      parsePublicUrl,
    ),
  ),
  s3Region: text('HEADGATE_S3_REGION', 'us-east-1', {
    section: 'Storage access',
    doc: 'Region that clients of the storage gateway sign for.',
  }),
  s3HostSuffix: optional(
    text('HEADGATE_S3_HOST_SUFFIX', '', {
      section: 'Storage access',
      fallbackNote: 'buckets are in the path',
      doc: 'Host name below which bucket names are taken from the host as well: `s3.example.com` for `bucket.s3.example.com`.',
    }),
  ),
  s3DecisionMaxAgeMs: integer(
    'HEADGATE_S3_DECISION_MAX_AGE_MS',
    30_000,
    { min: 0, max: 300_000 },
    {
      section: 'Storage access',
      doc: 'How old the decision may be that lets a request through the storage gateway, in milliseconds. A right that is taken away ends after this time, also for requests that are running then: they are checked again four times in it.',
    },
  ),
  minCredentialSeconds: integer(
    'HEADGATE_TEST_MIN_CREDENTIAL_SECONDS',
    900,
    { min: 2, max: 3_600 },
    {
      section: 'Storage access',
      doc: 'For tests only: the least that is left of a storage credential when it is handed out. Iceberg’s Java client asks without pause when less than five minutes are left.',
    },
  ),
  refreshTokenTtlSeconds: integer(
    'HEADGATE_STORAGE_REFRESH_TOKEN_TTL',
    14_400,
    { min: 60, max: 604_800 },
    {
      section: 'Storage access',
      doc: 'How long a storage refresh token can be used, in seconds. Each use gives a new one.',
    },
  ),
  refreshCapSeconds: integer(
    'HEADGATE_STORAGE_REFRESH_CAP',
    86_400,
    { min: 60, max: 604_800 },
    {
      section: 'Storage access',
      doc: 'How long after the user was last proven storage access can be renewed at all, in seconds: the longest job.',
    },
  ),
  stsWebIdentityTokenFile: optional(
    path('HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE', '', {
      section: 'Storage access',
      doc: 'File that holds the token (JWT) of this server for warehouses of mode `sts` with identity `server-token`, such as a projected token of Kubernetes. It is read anew each time.',
    }),
  ),
}
