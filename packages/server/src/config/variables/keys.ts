import type { Variables } from '../env-type.ts'
import { checkScopeName } from '../parse-values.ts'
import { choice, integer, list, optional, path, secret, text, toggle } from '../variable.ts'

/** Environment variables that configure keys, tokens and authorization. */
export const keys: Pick<
  Variables,
  | 'masterKey'
  | 'masterKeyFile'
  | 'masterKeyPrevious'
  | 'masterKeyPreviousFile'
  | 'tokenTtlSeconds'
  | 'sessionSeconds'
  | 'policyMaxAgeMs'
  | 'authorizer'
  | 'cedarPolicies'
  | 'retiredKeyDays'
  | 'insecureAnonymous'
  | 'issuers'
  | 'sigV4Services'
  | 'sigV4Regions'
> = {
  masterKey: secret('HEADGATE_MASTER_KEY', '32 bytes in base64 or hex', {
    section: 'Keys and tokens',
    fallbackNote: 'generated in `DATA_DIR/master-key`, only with the embedded database',
    doc: 'Key that encrypts the key ring and the storage secrets in the database. All replicas need the same key. Create one with `openssl rand -base64 32`, and keep the backup separate from the database.',
  }),
  masterKeyFile: optional(
    path('HEADGATE_MASTER_KEY_FILE', '', {
      section: 'Keys and tokens',
      doc: 'Path of a file with the master key, instead of `HEADGATE_MASTER_KEY`.',
    }),
  ),
  masterKeyPrevious: secret('HEADGATE_MASTER_KEY_PREVIOUS', '32 bytes in base64 or hex', {
    section: 'Keys and tokens',
    doc: 'Second master key, which decrypts values but never encrypts them. It is needed while the master key is changed, until `headgate keys reseal` has finished. See [Keys](../how-to/keys.md#change-the-master-key).',
  }),
  masterKeyPreviousFile: optional(
    path('HEADGATE_MASTER_KEY_PREVIOUS_FILE', '', {
      section: 'Keys and tokens',
      doc: 'Path of a file with the second master key, instead of `HEADGATE_MASTER_KEY_PREVIOUS`.',
    }),
  ),
  tokenTtlSeconds: integer(
    'HEADGATE_TOKEN_TTL_SECONDS',
    3_600,
    { min: 60, max: 86_400 },
    {
      section: 'Keys and tokens',
      doc: 'Lifetime of an access token of this server, in seconds.',
    },
  ),
  sessionSeconds: integer(
    'HEADGATE_SESSION_SECONDS',
    86_400,
    { min: 60, max: 2_592_000 },
    {
      section: 'Keys and tokens',
      doc: 'Time for which a client can renew its token without authenticating again, in seconds. Engines have separate limits (`headgate engine set --session-life`).',
    },
  ),
  policyMaxAgeMs: integer(
    'HEADGATE_POLICY_MAX_AGE_MS',
    10_000,
    { min: 0, max: 600_000 },
    {
      section: 'Keys and tokens',
      doc: 'Maximum age of cached rights when the notification of a change is lost, in milliseconds. Only reads use such rights: a write always checks the current ones.',
    },
  ),
  authorizer: choice('HEADGATE_AUTHORIZER', ['grants', 'cedar'], 'grants', {
    section: 'Keys and tokens',
    doc: 'Authorization by grants only, or by grants and Cedar policies, which restrict what grants allow: [Cedar policies](../how-to/authorizer.md).',
  }),
  cedarPolicies: optional(
    path('HEADGATE_CEDAR_POLICIES', '', {
      section: 'Keys and tokens',
      doc: 'Path of a Cedar policy file, or of a directory whose files that end in `.cedar` are read. Changes of the files apply without a restart. Requires `HEADGATE_AUTHORIZER=cedar`.',
    }),
  ),
  retiredKeyDays: integer(
    'HEADGATE_RETIRED_KEY_DAYS',
    90,
    // Tokens and sessions that need a key live for at most seven days: this is the maximum of
    // HEADGATE_STORAGE_REFRESH_CAP and of the lifetimeSeconds of a warehouse. One more day covers clock differences and
    // replicas that used the key after its rotation.
    { min: 8, max: 36_500 },
    {
      section: 'Keys and tokens',
      doc: 'Time for which a key of the key ring is kept after its rotation, in days. Storage refresh tokens and sessions of the storage gateway, which need their key, live for up to seven days.',
    },
  ),
  insecureAnonymous: toggle('HEADGATE_INSECURE_ANONYMOUS', false, {
    section: 'Keys and tokens',
    doc: 'Grants all rights to every client, without a token. The server must listen on a loopback address, and clients must use one of its names: `localhost`, `127.0.0.1`, `[::1]`.',
  }),
  issuers: optional(
    text('HEADGATE_ISSUERS', '', {
      section: 'Keys and tokens',
      doc: 'Issuers whose tokens the server accepts: a JSON list, or the path of a file with one. See [Issuers](#issuers).',
    }),
  ),
  sigV4Services: list(
    'HEADGATE_SIGV4_SERVICES',
    'execute-api,glue,s3tables',
    {
      section: 'Keys and tokens',
      doc: 'Names of the service that the signatures of requests may contain (AWS Signature Version 4). Clients call it the signing name. See [Signed requests](../how-to/sign-requests.md).',
    },
    checkScopeName,
  ),
  sigV4Regions: list(
    'HEADGATE_SIGV4_REGIONS',
    '',
    {
      section: 'Keys and tokens',
      fallbackNote: 'all regions',
      doc: 'Regions that the signatures of requests may contain.',
    },
    checkScopeName,
  ),
}
