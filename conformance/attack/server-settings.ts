/** Lifetime of storage refresh tokens whose keys end earlier, in ms. */
export const tokenLifeMs = 60_000
/** Lifetime of keys, and of the tokens that renew them, in seconds: longer than a run. */
export const keyLifeSeconds = 43_200
/** Maximum age of a decision of the storage gateway, in ms. */
export const decisionMaxAgeMs = 1_000
/** Time after which storage access cannot be renewed any more, in seconds. A reservation lasts an hour longer. */
export const refreshCapSeconds = 86_400

/** Largest request body, values in one JSON body, and levels of it. Lower than usual, so that cases are quick. */
export const budget: { readonly bytes: number; readonly values: number; readonly depth: number } = {
  bytes: 4 * 1024 * 1024,
  values: 20_000,
  depth: 100,
}
/** Bytes of a body that the server reads of every caller with a token. */
export const freeBytes = 65_536
/** Metrics reports of one principal that are kept in a minute. */
export const reportQuota = 600

/** Settings of a server under attack: credentials that end soon where a warehouse asks for it, and jobs that run at once. */
export const serverSettings: Readonly<Record<string, string>> = {
  HEADGATE_TEST_MIN_CREDENTIAL_SECONDS: '2',
  HEADGATE_STORAGE_REFRESH_TOKEN_TTL: String(tokenLifeMs / 1_000),
  HEADGATE_STORAGE_REFRESH_CAP: String(refreshCapSeconds),
  // Callers stay authenticated for a whole run.
  HEADGATE_TOKEN_TTL_SECONDS: '86400',
  HEADGATE_JOB_INTERVAL_MS: '1000',
  HEADGATE_AUDIT_READS: 'off',
  HEADGATE_MAX_BODY_BYTES: String(budget.bytes),
  HEADGATE_MAX_JSON_VALUES: String(budget.values),
  HEADGATE_MAX_JSON_DEPTH: String(budget.depth),
  // Larger metadata is read back from storage at every load.
  HEADGATE_METADATA_ROW_LIMIT_BYTES: '4KiB',
  HEADGATE_METADATA_CACHE_BYTES: '0',
  HEADGATE_S3_DECISION_MAX_AGE_MS: String(decisionMaxAgeMs),
  // The address of MinIO: new warehouses there are refused because of their place, not because of their endpoint.
  HEADGATE_PRIVATE_ENDPOINTS: '127.0.0.1',
}
