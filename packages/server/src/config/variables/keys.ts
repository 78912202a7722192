import type { Variables } from '../env-type.ts'
import { choice, integer, optional, path, secret, text, toggle } from '../variable.ts'

/** Keys, tokens and who gets in. */
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
> = {
  masterKey: secret('HEADGATE_MASTER_KEY', '32 bytes in base64 or hex', {
    section: 'Keys and tokens',
    fallbackNote: 'generated into `DATA_DIR/master-key`, with the embedded database only',
    doc: 'Seals the key ring and the storage secrets in the database: the same for all replicas, and to be backed up apart from the database. `openssl rand -base64 32` makes one.',
  }),
  masterKeyFile: optional(
    path('HEADGATE_MASTER_KEY_FILE', '', {
      section: 'Keys and tokens',
      doc: 'File that holds the master key, in place of `HEADGATE_MASTER_KEY`.',
    }),
  ),
  masterKeyPrevious: secret('HEADGATE_MASTER_KEY_PREVIOUS', '32 bytes in base64 or hex', {
    section: 'Keys and tokens',
    doc: 'Another master key, which opens what it sealed and seals nothing: while one takes the place of the other, until `headgate keys reseal`.',
  }),
  masterKeyPreviousFile: optional(
    path('HEADGATE_MASTER_KEY_PREVIOUS_FILE', '', {
      section: 'Keys and tokens',
      doc: 'File that holds it, in place of `HEADGATE_MASTER_KEY_PREVIOUS`.',
    }),
  ),
  tokenTtlSeconds: integer(
    'HEADGATE_TOKEN_TTL_SECONDS',
    3_600,
    { min: 60, max: 86_400 },
    {
      section: 'Keys and tokens',
      doc: 'How long a session token is valid, in seconds.',
    },
  ),
  sessionSeconds: integer(
    'HEADGATE_SESSION_SECONDS',
    86_400,
    { min: 60, max: 2_592_000 },
    {
      section: 'Keys and tokens',
      doc: 'How long a client can renew its token without proving itself again, in seconds. Engines have their own (`headgate engine set --session-life`).',
    },
  ),
  policyMaxAgeMs: integer(
    'HEADGATE_POLICY_MAX_AGE_MS',
    10_000,
    { min: 0, max: 600_000 },
    {
      section: 'Keys and tokens',
      doc: 'How old a reading decision may be when the notification of a change was lost, in milliseconds. Writes always check.',
    },
  ),
  authorizer: choice('HEADGATE_AUTHORIZER', ['grants', 'cedar'], 'grants', {
    section: 'Keys and tokens',
    doc: 'Who has the last word on who may do what: the grants, or Cedar policies, which take away from what grants give: [how](../how-to/authorizer.md).',
  }),
  cedarPolicies: optional(
    path('HEADGATE_CEDAR_POLICIES', '', {
      section: 'Keys and tokens',
      doc: 'The file of Cedar policies, or a directory whose files that end in `.cedar` are read; followed as they change. For `HEADGATE_AUTHORIZER=cedar`.',
    }),
  ),
  retiredKeyDays: integer(
    'HEADGATE_RETIRED_KEY_DAYS',
    90,
    // What a key of the ring makes lives for seven days at most: the bounds of HEADGATE_STORAGE_REFRESH_CAP and of the
    // lifetimeSeconds of a warehouse say so. A day more is for clocks, and for replicas that went on making it.
    { min: 8, max: 36_500 },
    {
      section: 'Keys and tokens',
      doc: 'How long a key of the key ring is kept after it was rotated away, in days. Storage refresh tokens and sessions of the storage gateway live for up to seven.',
    },
  ),
  insecureAnonymous: toggle('HEADGATE_INSECURE_ANONYMOUS', false, {
    section: 'Keys and tokens',
    doc: 'Lets everybody in without a token, with every right. Only on a loopback address, and only under the names of one: `localhost`, `127.0.0.1`, `[::1]`.',
  }),
  issuers: optional(
    text('HEADGATE_ISSUERS', '', {
      section: 'Keys and tokens',
      doc: 'Issuers whose tokens are taken: a JSON list, or the path of a file with one. See [Issuers](#issuers).',
    }),
  ),
}
