/** Lifetime of storage refresh tokens in ms. The storage keys that are issued with a token expire before the token. */
export const tokenLifeMs = 60_000
/** Lifetime in seconds of storage keys and of the tokens that renew them. It is longer than a run. */
export const keyLifeSeconds = 43_200
/** Maximum age of a cached authorization decision of the storage gateway, in ms. */
export const decisionMaxAgeMs = 1_000
/**
 * Time in seconds after which storage access cannot be renewed any more. The reservation of a staged table lasts an
 * hour longer.
 */
export const refreshCapSeconds = 86_400

/**
 * Limits of a request body: its size in bytes, its number of JSON values, and the nesting depth of its JSON. They are
 * below the defaults, so that cases are fast.
 */
export const budget: { readonly bytes: number; readonly values: number; readonly depth: number } = {
  bytes: 4 * 1024 * 1024,
  values: 20_000,
  depth: 100,
}
/**
 * Number of bytes of a body that the server reads from every authenticated caller before it decides on the rights of
 * the caller.
 */
export const freeBytes = 65_536
/** Number of metrics reports that the server keeps for one principal in a minute. */
export const reportQuota = 600

/**
 * Environment variables of the attacked server. Warehouses may set short lifetimes of credentials, and background jobs
 * run every second.
 */
export const serverSettings: Readonly<Record<string, string>> = {
  HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2',
  HEADGATE_STORAGE_REFRESH_TOKEN_TTL: String(tokenLifeMs / 1_000),
  HEADGATE_STORAGE_REFRESH_CAP: String(refreshCapSeconds),
  // Tokens of callers are valid for the whole run.
  HEADGATE_TOKEN_TTL_SECONDS: '86400',
  HEADGATE_JOB_INTERVAL_MS: '1000',
  HEADGATE_AUDIT_READS: 'off',
  HEADGATE_MAX_BODY_BYTES: String(budget.bytes),
  HEADGATE_MAX_JSON_VALUES: String(budget.values),
  HEADGATE_MAX_JSON_DEPTH: String(budget.depth),
  // With this row limit and without a cache, the server reads larger metadata from storage for every load.
  HEADGATE_METADATA_ROW_LIMIT_BYTES: '4KiB',
  HEADGATE_METADATA_CACHE_BYTES: '0',
  HEADGATE_S3_DECISION_MAX_AGE_MS: String(decisionMaxAgeMs),
  // Allows the address of MinIO, so that the server refuses an attacker's new warehouse because of its location and not
  // because of its endpoint.
  HEADGATE_PRIVATE_ENDPOINTS: '127.0.0.1',
}
