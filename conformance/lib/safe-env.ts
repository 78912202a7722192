/**
 * Environment variables that prevent cloud SDKs from connecting to a cloud. Without keys, SDKs use the metadata
 * service or a public endpoint. With these variables, they use dummy keys and a loopback address on which no program
 * listens.
 */
const loopbackOnly: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: 'fallback-must-not-be-used',
  AWS_SECRET_ACCESS_KEY: 'fallback-must-not-be-used',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
  AWS_ALLOW_HTTP: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  GOOGLE_APPLICATION_CREDENTIALS: undefined,
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
}

/**
 * Returns variables to remove from the environment of a server under test, because they configure another Headgate
 * server or this run.
 */
export function withoutOwnVariables(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('HEADGATE_'))
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

/**
 * Returns the environment of this process with the variables of `extra`, and with variables that prevent cloud SDKs
 * from connecting to a cloud. The value `undefined` removes a variable.
 */
export function safeEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const merged = { ...process.env, ...loopbackOnly, ...extra }
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
