import { checkEndpointName } from '@headgate/storage'
import type { Variables } from '../env-type.ts'
import { parsePublicUrl } from '../parse-values.ts'
import { custom, integer, list, optional, path, text } from '../variable.ts'

/** Environment variables that configure how clients access storage. */
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
      doc: 'Hosts (`minio.internal`), domains (`*.internal`), addresses and networks (`10.1.0.0/16`) that endpoints of warehouses may have although their addresses are not public. For an endpoint that a request sets, the server connects to no other loopback, link-local, private or cloud metadata address. A server that only this machine reaches also accepts `localhost` and loopback addresses, from holders of `administer-storage` on the server.',
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
        doc: 'TCP port of the storage gateway, the S3 endpoint for warehouses of mode `gateway`; 0 selects a free port.',
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
        fallbackNote: 'the loopback address of the listener',
        doc: 'URL under which clients reach the storage gateway. Without it, the gateway is off when other machines can reach the server.',
      },
      parsePublicUrl,
    ),
  ),
  s3Region: text('HEADGATE_S3_REGION', 'us-east-1', {
    section: 'Storage access',
    doc: 'Region for which clients of the storage gateway sign requests.',
  }),
  s3HostSuffix: optional(
    text('HEADGATE_S3_HOST_SUFFIX', '', {
      section: 'Storage access',
      fallbackNote: 'none: buckets are in the path',
      doc: 'Host name whose subdomains name buckets, in addition to buckets in the path: `s3.example.com` for `bucket.s3.example.com`.',
    }),
  ),
  s3DecisionMaxAgeMs: integer(
    'HEADGATE_S3_DECISION_MAX_AGE_MS',
    30_000,
    { min: 0, max: 300_000 },
    {
      section: 'Storage access',
      doc: 'Maximum age of the decision that allows a request to the storage gateway, in milliseconds. A revoked right ends within this time. Running requests are authorized again after each quarter of this time.',
    },
  ),
  minCredentialSeconds: integer(
    'HEADGATE_TEST_MIN_CREDENTIAL_SECONDS',
    900,
    { min: 2, max: 3_600 },
    {
      section: 'Storage access',
      doc: 'For tests only: minimum remaining lifetime of a storage credential when it is issued, in seconds. Iceberg’s Java client requests credentials continuously when less than five minutes remain.',
    },
  ),
  refreshTokenTtlSeconds: integer(
    'HEADGATE_STORAGE_REFRESH_TOKEN_TTL',
    14_400,
    { min: 60, max: 604_800 },
    {
      section: 'Storage access',
      doc: 'Lifetime of a storage refresh token, in seconds. Each use returns a new token.',
    },
  ),
  refreshCapSeconds: integer(
    'HEADGATE_STORAGE_REFRESH_CAP',
    86_400,
    { min: 60, max: 604_800 },
    {
      section: 'Storage access',
      doc: 'Maximum time between the last authentication of a user and the last renewal of storage access, in seconds. It limits the duration of jobs.',
    },
  ),
  stsWebIdentityTokenFile: optional(
    path('HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE', '', {
      section: 'Storage access',
      doc: 'File with the token (JWT) of this server for warehouses of mode `sts` with identity `server-token`, such as a projected token of Kubernetes. The server reads the file at each use.',
    }),
  ),
}
