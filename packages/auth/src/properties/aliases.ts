/**
 * Every spelling of a property that is not ours, once. A target is `<type>.<name>`, short for
 * `rest.auth.<type>.<name>`; with several targets the property belongs to whichever type is in use.
 *
 * Sources: Iceberg `AuthProperties`, `OAuth2Properties`, `AwsProperties`; PyIceberg `catalog/rest/auth.py` and its
 * configuration page; Lance RestNamespace #7099 (whose spelling of sigv4 is ours).
 */
export interface Alias {
  readonly from: string
  readonly to: readonly string[]
  /** Somebody else reads it as well: it is no mistake when no provider does. */
  readonly shared?: true
  /** Of these names it gives way together: half of somebody else's keys must not mix with half of ours. */
  readonly together?: readonly string[]
}

const KEYS = ['access-key-id', 'secret-access-key', 'session-token']

const ICEBERG: readonly Alias[] = [
  { from: 'token', to: ['bearer.token', 'oauth2.token', 'iceberg-legacy.token'] },
  { from: 'credential', to: ['oauth2.credential', 'iceberg-legacy.credential'] },
  { from: 'oauth2-server-uri', to: ['oauth2.token-endpoint', 'iceberg-legacy.token-endpoint'] },
  { from: 'scope', to: ['oauth2.scope', 'iceberg-legacy.scope'] },
  { from: 'audience', to: ['oauth2.audience', 'iceberg-legacy.audience'] },
  { from: 'resource', to: ['oauth2.resource', 'iceberg-legacy.resource'] },
  {
    from: 'token-expires-in-ms',
    to: ['oauth2.token-refresh.access-token-lifespan-ms', 'iceberg-legacy.token-expires-in-ms'],
  },
  {
    from: 'token-refresh-enabled',
    to: ['oauth2.token-refresh.enabled', 'iceberg-legacy.token-refresh-enabled'],
  },
  { from: 'token-exchange-enabled', to: ['iceberg-legacy.token-exchange-enabled'] },
  { from: 'rest.signing-region', to: ['sigv4.region', 'sigv4a.region-set'] },
  { from: 'rest.signing-name', to: ['sigv4.service', 'sigv4a.service'] },
  { from: 'rest.access-key-id', to: ['sigv4.access-key-id', 'sigv4a.access-key-id'] },
  { from: 'rest.secret-access-key', to: ['sigv4.secret-access-key', 'sigv4a.secret-access-key'] },
  { from: 'rest.session-token', to: ['sigv4.session-token', 'sigv4a.session-token'] },
  { from: 'client.assume-role.arn', to: ['sigv4.role-arn', 'sigv4a.role-arn'], shared: true },
  {
    from: 'client.assume-role.external-id',
    to: ['sigv4.role-external-id', 'sigv4a.role-external-id'],
    shared: true,
  },
  {
    from: 'client.assume-role.session-name',
    to: ['sigv4.role-session-name', 'sigv4a.role-session-name'],
    shared: true,
  },
  { from: 'gcp.auth.credentials-path', to: ['google.credentials-path'], shared: true },
  { from: 'gcp.auth.credentials-json', to: ['google.credentials-json'], shared: true },
  { from: 'gcp.auth.scopes', to: ['google.scopes'], shared: true },
]

const PYICEBERG: readonly Alias[] = [
  { from: 'auth.basic.username', to: ['basic.username'] },
  { from: 'auth.basic.password', to: ['basic.password'] },
  { from: 'auth.oauth2.client_id', to: ['oauth2.client-id'] },
  { from: 'auth.oauth2.client_secret', to: ['oauth2.client-secret'] },
  { from: 'auth.oauth2.token_url', to: ['oauth2.token-endpoint'] },
  { from: 'auth.oauth2.scope', to: ['oauth2.scope'] },
  { from: 'auth.google.credentials_path', to: ['google.credentials-path'] },
  { from: 'auth.google.scopes', to: ['google.scopes'] },
  { from: 'auth.entra.scopes', to: ['entra.scopes'] },
  { from: 'auth.entra.managed_identity_client_id', to: ['entra.managed-identity-client-id'] },
  ...KEYS.map((name): Alias => ({
    from: `client.${name}`,
    to: [`sigv4.${name}`, `sigv4a.${name}`],
    shared: true,
    together: KEYS,
  })),
  { from: 'client.profile-name', to: ['sigv4.profile', 'sigv4a.profile'], shared: true },
  { from: 'client.region', to: ['sigv4.region', 'sigv4a.region-set'], shared: true },
  { from: 'client.role-arn', to: ['sigv4.role-arn', 'sigv4a.role-arn'], shared: true },
  {
    from: 'client.role-session-name',
    to: ['sigv4.role-session-name', 'sigv4a.role-session-name'],
    shared: true,
  },
]

/** All aliases, by the spelling that is not ours. */
export const aliases: ReadonlyMap<string, Alias> = new Map(
  [...ICEBERG, ...PYICEBERG].map((alias) => [alias.from, alias]),
)

/** Other names of types, and what Iceberg's Java clients write: classes. */
export const typeAliases: ReadonlyMap<string, string> = new Map([
  ['noop', 'none'],
  ['legacyoauth2', 'iceberg-legacy'],
  ['gcp-iam', 'google'],
  ['azure', 'entra'],
  ['org.apache.iceberg.rest.auth.NoopAuthManager', 'none'],
  ['org.apache.iceberg.rest.auth.BasicAuthManager', 'basic'],
  ['org.apache.iceberg.rest.auth.OAuth2Manager', 'oauth2'],
  ['org.apache.iceberg.aws.RESTSigV4AuthManager', 'sigv4'],
  ['org.apache.iceberg.gcp.auth.GoogleAuthManager', 'google'],
  ['com.dremio.iceberg.authmgr.oauth2.OAuth2Manager', 'oauth2'],
])
